import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { allErrnos, errnoInfo } from './errno.ts';

test('agrees with Node.js on every errno that it knows', () => {
  const names = new Map(allErrnos().map(({ errno, code }) => [code, errno]));
  for (const [code, errno] of Object.entries(constants.errno)) {
    if (code === 'EWOULDBLOCK' || code === 'ENOTSUP') continue; // Second names of EAGAIN and EOPNOTSUPP.
    expect([code, names.get(code)]).toEqual([code, errno]);
  }
});

test.each([
  [1, 'EPERM', 'Operation not permitted'],
  [7, 'E2BIG', 'Argument list too long'],
  [524, 'ENOTSUPP', 'Operation is not supported'],
  [4000, 'E4000', 'Unknown error 4000'],
])('%i', (errno, code, text) => {
  expect(errnoInfo(errno)).toEqual({ errno, code, text });
});
