import { expect, test } from 'vitest';
import { matchesGlob } from './glob.ts';

test.each([
  ['tracepoint:syscalls:sys_enter_read', 'tracepoint:syscalls:*read', true],
  ['opensnoop', 'OPEN*', true],
  ['opensnoop', 'open', false],
  ['a.b', 'a?b', true],
  ['axb', 'a.b', false],
])('%s %s', (name, pattern, expected) => expect(matchesGlob(name, pattern)).toBe(expected));
