import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * Compiles `calls.c`, a workload that makes exactly the system calls that its words name. Give it a name of its own where
 * a trace looks for it by name.
 *
 * @returns the program's path.
 */
export function compileCalls(name = 'calls'): string {
  const path = `${temporaryFolder()}/${name}`;
  const source = fileURLToPath(new URL('./calls.c', import.meta.url));
  execFileSync('gcc', ['-O1', '-static', '-Wno-unused-result', '-o', path, source], { stdio: 'inherit' });
  return path;
}
