import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs one of the benchmark's own programs (`processes/NAME.ts`) in a fresh process, and gives what it told as JSON on standard output.
 *
 * @param nodeFlags of Node.js and V8
 * @throws Error where it fails.
 */
export function runProcess<Task, Result>(name: string, task: Task, nodeFlags: readonly string[] = []): Result {
  const program = fileURLToPath(new URL(`./${name}.mjs`, import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [...nodeFlags, program, JSON.stringify(task)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${name} ended with ${status}`);
  return JSON.parse(stdout) as Result;
}

/** The task that this process was given by `runProcess`. */
export function givenTask<Task>(): Task {
  return JSON.parse(process.argv[2]!) as Task;
}
