import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import * as asm from '../asm/builders.ts';
import type { AttachSpec } from '../spec/index.ts';
import { openDescriptors, slowClosesDone } from '../sys/fd.ts';
import { kernelDescriptors } from '../sys/kernel-descriptors.ts';
import { attach } from './attach.ts';
import { loadCounter } from './counting-program.test-kit.ts';
import { listTracepoints } from './tracefs.ts';

afterEach(async () => {
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
  expect(kernelDescriptors()).toEqual([]);
});

/** Makes this process call getppid(2), through libc. */
function callGetppid(times: number): void {
  for (let i = 0; i < times; i++) void process.ppid;
}

const SYS_GETPPID = process.arch === 'arm64' ? 173 : 110;

describe('tracepoints', () => {
  const spec: AttachSpec = { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_getppid' };

  test('run the program from attach to close', () => {
    using counter = loadCounter('tracepoint', spec);
    callGetppid(3);
    expect(counter.count()).toBe(0);
    const link = attach(counter.program);
    callGetppid(3);
    expect(counter.count()).toBe(3);
    link.close();
    link.close();
    expect(link.closed).toBe(true);
    callGetppid(3);
    expect(counter.count()).toBe(3);
  });

  test('run it no more once it is detached', async () => {
    using counter = loadCounter('tracepoint', spec);
    const link = attach(counter.program);
    callGetppid(3);
    const detached = link.detach();
    expect(link.closed).toBe(true);
    await detached;
    callGetppid(3);
    expect(counter.count()).toBe(3);
    await link.detach();
    link.close();
  });

  test('keep the program when its own descriptor is closed', () => {
    using counter = loadCounter('tracepoint', spec);
    using _ = attach(counter.program);
    counter.program.close();
    callGetppid(2);
    expect(counter.count()).toBe(2);
  });

  test.each(['no_such', '../sched/sched_switch'])('that are not there: %s', (name) => {
    using counter = loadCounter('tracepoint', { ...spec, name });
    expect(() => attach(counter.program)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', message: `tracepoint "syscalls:${name}": not in this kernel` }),
    );
  });
});

describe('raw tracepoints', () => {
  // The second argument of sys_enter is the system call's number.
  const guard = [asm.ldx(8, 7, 1, 8), asm.jneImm(7, SYS_GETPPID, 'out')];

  test.each([
    ['by name', 'raw-tracepoint', false],
    ['by BTF', 'tracing', true],
  ] as const)('%s', (_, type, btf) => {
    using counter = loadCounter(type, { kind: 'raw-tracepoint', name: 'sys_enter', btf }, { guard });
    using link = attach(counter.program);
    callGetppid(4);
    expect(counter.count()).toBe(4);
    link.close();
    callGetppid(4);
    expect(counter.count()).toBe(4);
  });

  test('that are not there', () => {
    using counter = loadCounter('raw-tracepoint', { kind: 'raw-tracepoint', name: 'no_such', btf: false });
    expect(() => attach(counter.program)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', feature: 'raw tracepoint no_such' }),
    );
  });
});

describe('uprobes', () => {
  const spec: AttachSpec = { kind: 'uprobe', path: 'libc', symbol: 'getppid', offset: 0, return: false };

  test.each([
    ['every process', { ...spec }],
    ['one process', { ...spec, pid: process.pid }],
    ['on return', { ...spec, return: true, pid: process.pid }],
  ])('%s', (_, wanted) => {
    using counter = loadCounter('kprobe', wanted);
    using link = attach(counter.program);
    callGetppid(5);
    expect(counter.count()).toBe(5);
    link.close();
    callGetppid(5);
    expect(counter.count()).toBe(5);
  });

  test('of another process do not see this one', () => {
    using counter = loadCounter('kprobe', { ...spec, pid: process.ppid });
    using _ = attach(counter.program);
    callGetppid(5);
    expect(counter.count()).toBe(0);
  });

  test('at a symbol that is not there', () => {
    using counter = loadCounter('kprobe', { ...spec, symbol: 'no_such_function' });
    expect(() => attach(counter.program)).toThrow(
      expect.objectContaining({
        code: 'NO_SUCH_SYMBOL',
        message: expect.stringContaining('cannot find symbol "no_such_function" in '),
      }),
    );
  });
});

describe('kprobes and fentry', () => {
  const hasKprobes = existsSync('/sys/bus/event_source/devices/kprobe');

  test('a kprobe counts, or its refusal names what is missing', () => {
    const spec: AttachSpec = { kind: 'kprobe', function: '__x64_sys_getppid', offset: 0, return: false };
    using counter = loadCounter('kprobe', spec);
    if (!hasKprobes) {
      expect(() => attach(counter.program)).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', feature: 'kprobes', minKernel: '4.17' }),
      );
      return;
    }
    using _ = attach(counter.program);
    callGetppid(2);
    expect(counter.count()).toBe(2);
  });

  test('fentry counts, or its refusal names what is missing', () => {
    const spec: AttachSpec = { kind: 'tracing', at: 'entry', function: 'vfs_read' };
    try {
      using counter = loadCounter('tracing', spec);
      using _ = attach(counter.program);
      readFileSync('/proc/self/status');
      expect(counter.count()).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toMatchObject({
        code: 'UNSUPPORTED',
        minKernel: '5.5',
        feature: expect.stringContaining('vfs_read'),
      });
    }
  });
});

describe('perf events', () => {
  test.each(['all', 'one'] as const)('the CPU clock on %s', (cpus) => {
    const sample = { frequency: 999 };
    using counter = loadCounter(
      'perf-event',
      { kind: 'perf-event', type: 'software', config: 0n, sample, cpus },
      { pid: cpus === 'all' ? process.pid : null },
    );
    using _ = attach(counter.program);
    const deadline = Date.now() + 5000;
    while (counter.count() === 0 && Date.now() < deadline);
    expect(counter.count()).toBeGreaterThan(0);
  });

  test('that the machine does not count', () => {
    const sample = { period: 1n };
    using counter = loadCounter('perf-event', {
      kind: 'perf-event',
      type: 'software',
      config: 999n,
      sample,
      cpus: 'one',
    });
    expect(() => attach(counter.program)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', feature: 'software event 999' }),
    );
  });
});

describe('cgroup hooks', () => {
  const unified = existsSync('/sys/fs/cgroup/unified') ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup';
  const folder = `${unified}/waggle-attach-test-${process.pid}`;
  const spec: AttachSpec = { kind: 'cgroup', hook: 'inet-sock-create', path: folder };

  test('see the sockets of the cgroup alone', () => {
    mkdirSync(folder);
    try {
      using counter = loadCounter('cgroup-sock', spec, { pid: null, result: 1 });
      using _ = attach(counter.program);
      const openSocket = 'exec 3<>/dev/udp/127.0.0.1/9';
      expect(spawnSync('bash', ['-c', openSocket]).status).toBe(0);
      expect(counter.count()).toBe(0);
      expect(spawnSync('bash', ['-c', `echo $$ > ${folder}/cgroup.procs; ${openSocket}`]).status).toBe(0);
      expect(counter.count()).toBe(1);
    } finally {
      rmdirSync(folder);
    }
  });

  test('of a folder that is no cgroup', () => {
    using counter = loadCounter('cgroup-sock', { ...spec, path: '/tmp' }, { pid: null, result: 1 });
    expect(() => attach(counter.program)).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('/tmp is no folder of a cgroup v2 hierarchy'),
      }),
    );
  });
});

test('a socket filter sees packets of its interface', async () => {
  const receiver = createSocket('udp4');
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address();
  // The destination port lies behind 14 bytes of Ethernet and 20 of IP, at 2 in the UDP header.
  const guard = [asm.loadPacket(2, 36), asm.jneImm(0, port, 'out')];
  using counter = loadCounter('socket-filter', { kind: 'socket-filter', interface: 'lo' }, { pid: null, guard });
  using _ = attach(counter.program);
  const received = once(receiver, 'message');
  receiver.send('waggle', port, '127.0.0.1');
  await received;
  // A packet socket sees what loopback sends and what it receives.
  expect(counter.count()).toBe(2);
  receiver.close();
});

test('a test-run program hangs on nothing', () => {
  using counter = loadCounter('raw-tracepoint', { kind: 'test-run' });
  using _ = attach(counter.program);
  counter.program.testRun();
  expect(counter.count()).toBe(1);
});

test('a hundred tracepoints attach and detach', () => {
  const syscalls = listTracepoints().filter(
    ({ category, name }) => category === 'syscalls' && name.startsWith('sys_enter_'),
  );
  const spec = { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_getppid' } as const;
  using counter = loadCounter('tracepoint', spec);
  const others = syscalls.filter(({ name }) => name !== spec.name).slice(0, 99);
  const links = [spec, ...others].map(({ category, name }) =>
    attach(counter.program, { kind: 'tracepoint', category, name }),
  );
  expect(links).toHaveLength(100);
  const before = counter.count();
  callGetppid(1);
  expect(counter.count()).toBeGreaterThan(before);
  for (const link of links) link.close();
  const after = counter.count();
  callGetppid(1);
  expect(counter.count()).toBe(after);
});
