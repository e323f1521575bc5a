/**
 * Run as a process of its own: attaches a program of each kind, tells their ids on standard output, and waits to be
 * killed.
 */
import * as asm from '../asm/builders.ts';
import { BpfMap } from '../maps/bpf-map.ts';
import { loadProgram } from '../programs/load-program.ts';
import { RingBuffer } from '../readers/ring-buffer.ts';
import type { AttachSpec, ProgramType } from '../spec/index.ts';
import { attach } from './attach.ts';

const HOOKS: readonly (readonly [ProgramType, AttachSpec])[] = [
  ['tracepoint', { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_getppid' }],
  ['raw-tracepoint', { kind: 'raw-tracepoint', name: 'sched_process_exit', btf: false }],
  ['tracing', { kind: 'raw-tracepoint', name: 'sched_process_exec', btf: true }],
  ['kprobe', { kind: 'uprobe', path: 'libc', symbol: 'getppid', offset: 0, return: false, pid: process.pid }],
  [
    'perf-event',
    { kind: 'perf-event', type: 'software', config: 0n, sample: { frequency: 10 }, cpus: 'all', pid: process.pid },
  ],
  ['socket-filter', { kind: 'socket-filter', interface: 'lo' }],
];

const events = BpfMap.create({ name: 'events', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 65536 });
const ring = new RingBuffer(events);
const counts = BpfMap.create({ name: 'counts', type: 'percpu-hash', keySize: 4, valueSize: 8, maxEntries: 16 });
const maps = new Map([events, counts].map((map) => [map.name, map]));
const instructions = [asm.loadMap(1, 'events'), asm.loadMap(1, 'counts'), asm.mov64Imm(0, 0), asm.exit()];

const held = HOOKS.map(([type, spec]) => {
  const program = loadProgram({ name: 'held', type, attach: spec, license: 'GPL', instructions }, { maps });
  return { program, link: attach(program) };
});
const programs = held.map(({ program }) => program.id);
process.stdout.write(`${JSON.stringify({ programs, maps: [events.info().id, counts.info().id] })}\n`);
// Alive until killed, with everything that it holds.
setInterval(() => held.length + ring.pendingBytes, 1000);
