import { describe, expect, it } from 'vitest';
import { checkText } from './check-text.test-kit.ts';

/** How many programs, and on how many places each. */
function programs(text: string): number[] {
  return checkText(text).script?.probes.map((probe) => probe.attachPoints.length) ?? [];
}

describe('programs', () => {
  it.each([
    ['t:syscalls:sys_* { @ = count(); }', [3]],
    ['t:syscalls:sys_* { @[probe] = count(); }', [1, 1, 1]],
    ['t:syscalls:sys_enter_* { @[args.__syscall_nr] = count(); }', [1, 1]],
    ['t:syscalls:sys_* /probe == "x"/ { @ = count(); }', [1, 1, 1]],
    ['k:vfs_*, kr:vfs_* { @ = count(); }', [2, 2]],
    ['f:vfs_* { @ = count(); }', [1, 1]],
    ['begin, end { @ = count(); }', [1, 1]],
    ['u:app:mall* { @[func] = count(); }', [2]],
  ])('%s', (text, expected) => {
    expect(programs(text)).toEqual(expected);
  });

  it('each has the types of its own place', () => {
    const { text } = checkText('t:syscalls:sys_enter_openat, t:syscalls:sys_enter_execve { $f = args.filename; }');
    expect(text).toContain('$f: int8 *! = ctx[24]:int8 *');
    expect(text).toContain('$f: int8 *! = ctx[16]:int8 *');
  });
});
