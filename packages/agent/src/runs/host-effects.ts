import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import type { TracePlan } from './plan-trace.ts';

/** What `cat()` and `system()` come to on a node. */
export interface HostEffects {
  readFile(path: string): string | undefined;
  runCommand(command: string): string;
}

/** bpftrace's `max_cat_bytes`. */
const MAX_CAT_BYTES = 10 * 1024;
/** The event loop of the agent waits for a command. */
const COMMAND_TIMEOUT_MS = 2000;

/**
 * In the agent's own container, whose file system is that of its image: files of the node are where they are mounted. Undefined where a trace may do
 * neither.
 */
export function hostEffects(allowed: TracePlan['effects']): HostEffects | undefined {
  if (allowed === 'none') return undefined;
  return { readFile: readHead, runCommand: allowed === 'all' ? runShell : () => '' };
}

/** Undefined where the file cannot be read. Only what the kernel tells: the agent has secrets of its own. */
function readHead(path: string): string | undefined {
  if (!/^\/(proc|sys)\/(?!.*\/\.\.(\/|$))/.test(path)) return undefined;
  try {
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(MAX_CAT_BYTES);
      return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

function runShell(command: string): string {
  const { stdout, error } = spawnSync('/bin/sh', ['-c', command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: COMMAND_TIMEOUT_MS,
  });
  return error === undefined ? stdout : `${error.message}\n`;
}
