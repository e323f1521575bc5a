import { expect, test } from 'vitest';
import { INT32, INT64 } from '../types/type.ts';
import { stableValue } from './stable-value.ts';
import { arg, binary, builtin, cast, int, map, pid, read, tid, tuple, variable } from './tree.test-kit.ts';

test('equal expressions have equal names', () => {
  expect(stableValue(tuple(pid, binary(arg(0), '+', int(1))))).toBe(
    stableValue(tuple(pid, binary(arg(0), '+', int(1)))),
  );
});

test.each([
  [pid, tid],
  [arg(0), arg(1)],
  [int(1), int(1, INT32)],
  [arg(0), cast(arg(0), INT32)],
])('different expressions do not (%#)', (one, other) => {
  expect(stableValue(one)).toBeDefined();
  expect(stableValue(one)).not.toBe(stableValue(other));
});

test.each([builtin('nsecs'), read(map('@x', INT64)), read(variable('$x')), tuple(pid, builtin('rand'))])(
  'what may change has none (%#)',
  (e) => {
    expect(stableValue(e)).toBeUndefined();
  },
);
