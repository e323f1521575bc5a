/**
 * Runs the command in its arguments and tells in a line of JSON what it took. Memory and CPU time are those of getrusage(2), of all children
 * together.
 *
 * The kernel counts a process's memory from fork(2) on, when it still is a copy of this one: what this process held is a lower bound of
 * what can be measured, and told too.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { addressOf, syscall } from '@waggle/bpf/sys';

export interface CommandCost {
  /** From before fork(2) to after wait(2). */
  readonly wallMs: number;
  /** To the first line on standard output that has `attached` in it; absent where none has. */
  readonly attachedMs?: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  /** `peakMiB` is not below this, however little the command took. */
  readonly floorMiB: number;
  readonly exitCode: number | null;
}

/** `getrusage` in arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. */
const GETRUSAGE = process.arch === 'arm64' ? 165 : 98;
const RUSAGE_CHILDREN = -1;
/** `struct rusage`: user and system time as seconds and microseconds, then the memory. */
const OFFSET = { user: 0, system: 16, maxRss: 32, sizeBytes: 144 } as const;

const [file, ...words] = process.argv.slice(2);
// The library behind system calls is loaded before anything is measured.
const usage = Buffer.alloc(OFFSET.sizeBytes);
readUsage();
const floorMiB = process.resourceUsage().maxRSS / 1024;

const started = performance.now();
const child = spawn(file!, words, { stdio: ['ignore', 'pipe', 'pipe'] });
let attachedMs: number | undefined;
let errors = '';
child.stdout.on('data', (chunk: Buffer) => {
  if (chunk.includes('attached')) attachedMs ??= performance.now() - started;
});
child.stderr.on('data', (chunk: Buffer) => {
  errors += chunk.toString();
});
const closed = once(child, 'close');
const [exitCode] = (await once(child, 'exit')) as [number | null];
const wallMs = performance.now() - started;
await closed;
if (exitCode !== 0) process.stderr.write(errors);
readUsage();
const cost: CommandCost = {
  wallMs,
  ...(attachedMs === undefined ? {} : { attachedMs }),
  cpuMs: milliseconds(OFFSET.user) + milliseconds(OFFSET.system),
  peakMiB: Number(usage.readBigInt64LE(OFFSET.maxRss)) / 1024,
  floorMiB,
  exitCode,
};
process.stdout.write(JSON.stringify(cost));

function readUsage(): void {
  if (syscall(GETRUSAGE, RUSAGE_CHILDREN, addressOf(usage)) < 0) throw new Error('getrusage failed');
}

function milliseconds(offset: number): number {
  return Number(usage.readBigInt64LE(offset)) * 1000 + Number(usage.readBigInt64LE(offset + 8)) / 1000;
}
