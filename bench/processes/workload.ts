/**
 * Makes system calls on demand: a task of JSON a line on standard input, an answer a line on standard output. Its own bookkeeping costs
 * one read and one write a task, so that a tracer that filters by its process id counts exactly what it was asked for, and one.
 */
import { closeSync, openSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadResult, WorkloadTask } from '../harness/workload.ts';

const FILES = 16;
const READ_BYTES = 64;
const WARM_UP = 3000;
const MIN_SLEEP_MS = 1;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

const paths = Array.from({ length: FILES }, (_, index) => join(process.argv[2]!, `settings-${index}.conf`));
for (const path of paths) writeFileSync(path, 'x'.repeat(4096));

const buffer = Buffer.alloc(READ_BYTES);

function touch(path: string): void {
  const fd = openSync(path, 'r');
  readSync(fd, buffer);
  closeSync(fd);
  statSync(path);
}

function open(path: string): void {
  closeSync(openSync(path, 'r'));
}

function run({ iterations, perSecond, opensOnly }: WorkloadTask): WorkloadResult {
  const act = opensOnly ? open : touch;
  const started = performance.now();
  for (let index = 0; index < iterations; index++) {
    if (perSecond !== undefined) waitUntil(started + (index * 1000) / perSecond);
    act(paths[index % FILES]!);
  }
  return { seconds: (performance.now() - started) / 1000 };
}

/** Times that are far away are slept away: the CPU is free for others. */
function waitUntil(ms: number): void {
  const leftMs = ms - performance.now();
  if (leftMs > MIN_SLEEP_MS) Atomics.wait(NEVER, 0, 0, leftMs);
  else while (performance.now() < ms);
}

run({ iterations: WARM_UP });
run({ iterations: WARM_UP, opensOnly: true });
writeSync(1, 'ready\n');
const input = Buffer.alloc(4096);
for (;;) {
  const length = readSync(0, input);
  if (length === 0) break;
  writeSync(1, `${JSON.stringify(run(JSON.parse(input.toString('utf8', 0, length)) as WorkloadTask))}\n`);
}
