import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';

/** bpftrace's `max_cat_bytes`. */
const MAX_CAT_BYTES = 10 * 1024;

/** The head of a file for `cat()`; undefined, with a message, where it cannot be read. */
export function readTextFile(path: string): string | undefined {
  try {
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(MAX_CAT_BYTES);
      return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    process.stderr.write(`waggle: cat: ${(error as Error).message}\n`);
    return undefined;
  }
}

/** What a shell command of `system()` prints; its errors go to ours. */
export function runShell(command: string): string {
  return spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).stdout ?? '';
}
