import { expect, it } from 'vitest';
import { globMatcher, isGlob } from './glob.ts';

it.each([
  ['sys_enter_*', 'sys_enter_read', true],
  ['sys_enter_*', 'sys_exit_read', false],
  ['*open?t', 'sys_enter_openat', true],
  ['vfs_[rw]*', 'vfs_write', true],
  ['vfs_[!rw]*', 'vfs_write', false],
  ['a.b', 'axb', false],
  ['a+(b', 'a+(b', true],
  ['[z-a]*', 'x', false],
])('%s on %s: %s', (pattern, name, expected) => {
  expect(globMatcher(pattern)(name)).toBe(expected);
});

it('tells patterns from names', () => {
  expect(isGlob('vfs_read')).toBe(false);
  expect(isGlob('vfs_*')).toBe(true);
});
