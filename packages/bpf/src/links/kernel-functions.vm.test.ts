import { closeSync, openSync, readSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import * as asm from '../asm/builders.ts';
import { probeFeature } from '../programs/features.ts';
import type { AttachSpec } from '../spec/index.ts';
import { openDescriptors, slowClosesDone } from '../sys/fd.ts';
import { kernelDescriptors } from '../sys/kernel-descriptors.ts';
import { attach } from './attach.ts';
import { loadCounter } from './counting-program.test-kit.ts';

afterEach(async () => {
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
  expect(kernelDescriptors()).toEqual([]);
});

const FUNCTION = '__x64_sys_getppid';

/** Makes this process call getppid(2), through libc. */
function callGetppid(times: number): void {
  for (let i = 0; i < times; i++) void process.ppid;
}

function openFiles(count: number): void {
  for (let i = 0; i < count; i++) closeSync(openSync('/proc/self/status', 'r'));
}

function kprobe(more: Partial<Extract<AttachSpec, { kind: 'kprobe' }>> = {}): AttachSpec {
  return { kind: 'kprobe', function: FUNCTION, offset: 0, return: false, ...more };
}

describe('kprobes', () => {
  test('are known to be there', () => {
    expect(probeFeature({ kind: 'hook', hook: 'kprobe' })).toBeUndefined();
  });

  test.each([
    ['at the entry', kprobe()],
    ['at the return', kprobe({ return: true })],
  ])('%s run the program from attach to close', (_, spec) => {
    using counter = loadCounter('kprobe', spec);
    callGetppid(2);
    expect(counter.count()).toBe(0);
    const link = attach(counter.program);
    callGetppid(3);
    expect(counter.count()).toBe(3);
    link.close();
    callGetppid(3);
    expect(counter.count()).toBe(3);
  });

  test('run it no more once they are detached', async () => {
    using counter = loadCounter('kprobe', kprobe());
    const link = attach(counter.program);
    callGetppid(1);
    await link.detach();
    callGetppid(3);
    expect(counter.count()).toBe(1);
  });

  test('see the registers of the call: arguments at the entry, the result at the return', () => {
    const file = openSync('/proc/self/status', 'r');
    // struct pt_regs of x86-64: rdx, the third argument, at 96; rax at 80.
    const third = [asm.ldx(8, 7, 1, 96), asm.jneImm(7, 77, 'out')];
    const result = [asm.ldx(8, 7, 1, 80), asm.jneImm(7, 77, 'out')];
    using entry = loadCounter('kprobe', kprobe({ function: 'vfs_read' }), { guard: third });
    using exit = loadCounter('kprobe', kprobe({ function: 'vfs_read', return: true }), { guard: result });
    using _entry = attach(entry.program);
    using _exit = attach(exit.program);
    readSync(file, Buffer.alloc(100), 0, 77, 0);
    readSync(file, Buffer.alloc(100), 0, 76, 0);
    expect([entry.count(), exit.count()]).toEqual([1, 1]);
  });

  test('may stand on every instruction, and nowhere between', () => {
    const outcomes = Array.from({ length: 24 }, (_, offset) => {
      const spec = kprobe({ function: 'vfs_read', offset: offset + 1 });
      using counter = loadCounter('kprobe', spec);
      try {
        using _ = attach(counter.program);
        return 'attached';
      } catch (error) {
        expect(error).toMatchObject({ code: 'UNSUPPORTED', feature: `kprobe vfs_read+${offset + 1}` });
        return (error as Error).message;
      }
    });
    expect(outcomes).toContain('attached');
    expect(outcomes.some((text) => text.includes('no instruction starts there'))).toBe(true);
  });

  test.each([
    ['no_such_function', 'this kernel has no such function'],
    // It handles kprobes itself.
    ['kprobe_int3_handler', 'this function cannot be probed there'],
  ])('of %s are refused with the reason', (name, reason) => {
    using counter = loadCounter('kprobe', kprobe({ function: name }));
    expect(() => attach(counter.program)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', message: `kprobe ${name}: ${reason}` }),
    );
  });

  test('many share one function', () => {
    using counter = loadCounter('kprobe', kprobe());
    const links = Array.from({ length: 20 }, () => attach(counter.program));
    callGetppid(1);
    expect(counter.count()).toBe(20);
    for (const link of links) link.close();
  });
});

describe('fentry, fexit and modify-return', () => {
  test('are known to be there', () => {
    expect(probeFeature({ kind: 'hook', hook: 'fentry' })).toBeUndefined();
  });

  test.each([
    ['entry', 'do_sys_openat2'],
    ['exit', 'do_sys_openat2'],
    // What may be modified is listed in the kernel: LSM hooks are.
    ['modify-return', 'security_file_open'],
  ] as const)('%s of %s runs the program from attach to close', (at, name) => {
    using counter = loadCounter('tracing', { kind: 'tracing', at, function: name });
    openFiles(2);
    expect(counter.count()).toBe(0);
    const link = attach(counter.program);
    openFiles(3);
    expect(counter.count()).toBe(3);
    link.close();
    openFiles(3);
    expect(counter.count()).toBe(3);
  });

  test('see arguments, and behind them the result', () => {
    const file = openSync('/proc/self/status', 'r');
    const equals = (word: number, value: number) => [asm.ldx(8, 7, 1, word * 8), asm.jneImm(7, value, 'out')];
    // vfs_read(file, buf, count, pos)
    const [entry, exit] = [
      { kind: 'tracing', at: 'entry', function: 'vfs_read' },
      { kind: 'tracing', at: 'exit', function: 'vfs_read' },
    ] as const;
    using counter = loadCounter('tracing', entry, { guard: equals(2, 77) });
    using results = loadCounter('tracing', exit, { guard: equals(4, 77) });
    using _entry = attach(counter.program);
    using _exit = attach(results.program);
    readSync(file, Buffer.alloc(100), 0, 77, 0);
    readSync(file, Buffer.alloc(100), 0, 76, 0);
    expect([counter.count(), results.count()]).toEqual([1, 1]);
  });

  test('read through the types of their arguments', () => {
    // The verifier knows that struct file is not that large.
    const guard = [asm.ldx(8, 7, 1, 0), asm.ldx(8, 7, 7, 8192)];
    const spec = { kind: 'tracing', at: 'entry', function: 'vfs_read' } as const;
    expect(() => loadCounter('tracing', spec, { guard })).toThrow(expect.objectContaining({ name: 'VerifierError' }));
  });

  test('of functions that BTF does not know', () => {
    const spec = { kind: 'tracing', at: 'entry', function: 'no_such_function' } as const;
    expect(() => loadCounter('tracing', spec)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', feature: 'function "no_such_function"' }),
    );
  });
});
