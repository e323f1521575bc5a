import { expect, it } from 'vitest';
import { parsePasswd } from './user-names.ts';

it.each([
  ['root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:\n', { 0: 'root', 1: 'daemon' }],
  ['a:x:7:\nb:x:7:\n', { 7: 'a' }],
  ['# comment\n:x:3:\nname\nname:x:-1:\n+::::\n', {}],
  ['', {}],
])('%j', (text, expected) => {
  expect(Object.fromEntries(parsePasswd(text))).toEqual(expected);
});
