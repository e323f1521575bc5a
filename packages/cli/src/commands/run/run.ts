import { requireCapabilities } from '@waggle/trace';
import { openTarget, type TargetOptions } from './open-target.ts';
import { type ProgramOptions, programSource } from './program-source.ts';
import { type ShowOptions, showTrace } from './show-trace.ts';

export interface RunOptions extends ProgramOptions, TargetOptions, ShowOptions {}

/** `waggle run`: gives the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const program = programSource(options);
  requireCapabilities();
  const target = await openTarget(options);
  try {
    return await showTrace(program, target, options);
  } finally {
    await target.close();
  }
}
