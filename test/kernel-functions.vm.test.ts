import { describe, expect, it } from 'vitest';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { runWaggle } from './support/waggle-process.ts';

expectNothingLeft();

describe('functions of the kernel', () => {
  it('are listed for kprobes and fentry, with what they give', async () => {
    const { code, stdout, stderr } = await runWaggle(['list', 'probes', '-v', 'f*:vfs_read']);
    expect([code, stderr]).toEqual([0, '']);
    const parameters = ['struct file * file', 'char * buf', 'size_t count', 'loff_t * pos'];
    const text = stdout.replaceAll(/ +/g, ' ').replaceAll('* ', '*');
    for (const kind of ['fentry', 'fexit']) expect(text).toContain(`${kind}:vfs_read`);
    for (const parameter of parameters) expect(text).toContain(parameter.replaceAll('* ', '*'));
    expect(text).toContain('ssize_t retval');
  });

  it('that are not there have a suggestion', async () => {
    const { code, stderr } = await runWaggle(['run', '-e', 'kprobe:vfs_raed { @ = count(); }']);
    expect(stderr).toMatch(/error\[unknown-probe\]: there is no traceable kernel function vfs_raed\n.*vfs_read/s);
    expect(code).toBe(1);
  });

  it('between whose instructions a script stands are told', async () => {
    const { code, stderr } = await runWaggle(['run', '-e', 'kprobe:vfs_read+1 { @ = count(); }']);
    expect(stderr).toContain('kprobe vfs_read+1: no instruction starts there');
    expect(code).toBe(1);
  });

  it('are counted by name for a command', async () => {
    const script = 'kprobe:vfs_read, fexit:vfs_open { @[probe] = count(); }';
    const { code, stdout, stderr } = await runWaggle(['run', '-q', '-e', script, '--', 'cat', '/etc/hostname']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^@\[kprobe:vfs_read\]: [1-9]/m);
    expect(stdout).toMatch(/^@\[fexit:vmlinux:vfs_open\]: [1-9]/m);
  });
});
