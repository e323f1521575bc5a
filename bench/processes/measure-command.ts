/**
 * Runs the command in its arguments and tells in a line of JSON how long it took, from before fork(2) to after wait(2), and the most memory
 * it held: `ru_maxrss` of getrusage(2), of all children together.
 *
 * The kernel counts a process's memory from fork(2) on, when it still is a copy of this one: what this process held is a lower bound of
 * what can be measured, and told too.
 */
import { spawnSync } from 'node:child_process';
import { addressOf, syscall } from '@waggle/bpf/sys';

export interface CommandCost {
  readonly wallMs: number;
  readonly peakMiB: number;
  /** `peakMiB` is not below this, however little the command took. */
  readonly floorMiB: number;
  readonly exitCode: number | null;
}

/** `getrusage` in arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. */
const GETRUSAGE = process.arch === 'arm64' ? 165 : 98;
const RUSAGE_CHILDREN = -1;
/** Two timevals stand in front. */
const MAXRSS_OFFSET = 32;

const [file, ...words] = process.argv.slice(2);
const floorMiB = process.resourceUsage().maxRSS / 1024;
const started = performance.now();
const { status, error, stderr } = spawnSync(file!, words, { stdio: ['ignore', 'ignore', 'pipe'] });
const wallMs = performance.now() - started;
if (error) throw error;
if (status !== 0) process.stderr.write(stderr);
const usage = Buffer.alloc(144);
if (syscall(GETRUSAGE, RUSAGE_CHILDREN, addressOf(usage)) < 0) throw new Error('getrusage failed');
const peakMiB = Number(usage.readBigInt64LE(MAXRSS_OFFSET)) / 1024;
process.stdout.write(JSON.stringify({ wallMs, peakMiB, floorMiB, exitCode: status } satisfies CommandCost));
