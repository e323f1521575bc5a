import { styleFor, wantsColor } from './terminal/style.ts';
import { UsageError } from './usage-error.ts';

/**
 * Says on standard error what went wrong, in one line and a hint where there is one; gives the exit code. Errors of our own libraries have
 * texts made for people; anything else is a defect, and is shown with its stack.
 */
export function reportError(error: unknown): number {
  const style = styleFor(wantsColor(process.stderr));
  const say = (text: string) => process.stderr.write(`${style.red('waggle:')} ${text}\n`);
  if (!(error instanceof Error)) {
    say(String(error));
    return 1;
  }
  const known = error instanceof UsageError || 'code' in error;
  say(known ? error.message : `this is a defect of waggle: ${error.stack ?? error.message}`);
  const hint = (error as { hint?: unknown }).hint;
  if (typeof hint === 'string') process.stderr.write(`${style.bold('hint:')} ${hint}\n`);
  if (error instanceof UsageError) return 2;
  // A command that cannot be started ends as it would in a shell.
  const { exitCode } = error as { exitCode?: unknown };
  return typeof exitCode === 'number' ? exitCode : 1;
}
