import { findMember, memberNames } from '@waggle/bpf/btf';
import { describe, expect, it } from 'vitest';
import { MachineFacts, parseKernelVersion } from './machine-facts.ts';

describe('MachineFacts', () => {
  const facts = new MachineFacts();

  it('answers from this kernel', () => {
    expect(facts.tracepoints()).toContain('sched:sched_process_exec');
    expect(facts.tracepointFormat('sched', 'sched_process_exec')).toContain('field:pid_t pid');
    expect(facts.tracepointFormat('sched', 'no_such')).toBeUndefined();
    expect(facts.tracepointFormat('..', 'etc')).toBeUndefined();
    expect(facts.cpus.online).toBeGreaterThan(0);
    expect(facts.cpus.possible).toBeGreaterThanOrEqual(facts.cpus.online);
    expect(facts.kernelVersion[0]).toBeGreaterThanOrEqual(5);
  });

  it('knows types', () => {
    const task = facts.btf?.find('task_struct', 'struct');
    expect(task).toBeDefined();
    expect(findMember(facts.btf!, task!.id, 'comm')?.bitfieldSizeBits).toBe(0);
    expect(memberNames(facts.btf!, task!.id)).toContain('tgid');
    expect(facts.btf?.enumerator('TCP_ESTABLISHED')?.value).toBe(1n);
    expect(facts.btf?.enumerator('NO_SUCH_CONSTANT')).toBeUndefined();
  });

  it('knows symbols', () => {
    expect(facts.kernelAddress('vfs_read')).toBeGreaterThan(0xffff_0000_0000_0000n);
    expect(facts.kernelAddress('no_such_symbol_anywhere')).toBeUndefined();
    const libc = facts.resolveBinary('libc');
    expect(libc).toMatch(/libc\.so/);
    expect(facts.userFunctions(libc!, 'mallo?')).toContainEqual({ name: 'malloc', fileOffset: expect.any(Number) });
    expect(facts.resolveBinary('no-such-binary')).toBeUndefined();
    expect(facts.userFunctions('/etc/passwd', '*')).toBeUndefined();
  });

  it('has no problems here', () => {
    expect(facts.problems).toEqual([]);
  });
});

it.each([
  ['6.18.44-fc-v595', [6, 18]],
  ['5.15.0', [5, 15]],
  ['weird', [0, 0]],
])('the version of %s', (text, expected) => {
  expect(parseKernelVersion(text)).toEqual(expected);
});
