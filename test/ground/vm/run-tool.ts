import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program of this machine to its end. @returns its standard output. @throws Error with what it said */
export async function runTool(program: string, args: readonly string[], cwd?: string): Promise<string> {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    const { stdout } = await run(program, args, { env, cwd, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (cause) {
    const { code, stderr } = cause as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new Error(`cannot run ${program}: it is not installed`, { cause });
    const said = stderr?.trim() || `it ended with code ${code}`;
    throw new Error(`${[program, ...args].join(' ').slice(0, 200)}: ${said}`, { cause });
  }
}
