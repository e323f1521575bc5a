import { isatty } from 'node:tty';
import { Output } from '../terminal/output.ts';
import { wantsColor } from '../terminal/style.ts';
import type { Page } from './row-writer.ts';

/**
 * Standard output. A pipe is written to directly: `process.stdout` would make it non-blocking, for whoever else holds it too.
 */
export function standardPage(onClosed: () => void = () => {}): Page {
  const isTTY = isatty(1);
  return {
    output: new Output(1, onClosed),
    color: wantsColor({ isTTY }),
    terminalWidth: () => (isTTY ? process.stdout.columns || undefined : undefined),
  };
}
