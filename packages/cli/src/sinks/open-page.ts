import { fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { Output } from '../terminal/output.ts';
import { wantsColor } from '../terminal/style.ts';
import { UsageError } from '../usage-error.ts';
import type { Page } from './row-writer.ts';

/**
 * Standard output. A pipe is written to directly: `process.stdout` would make it non-blocking, for whoever else holds it too.
 */
export function standardPage(onClosed: () => void = () => {}): Page {
  // A terminal is a character device; asking node:tty would load sockets and streams, milliseconds of a start.
  const isTTY = fstatSync(1).isCharacterDevice() && isatty(1);
  return {
    output: new Output(1, onClosed),
    color: wantsColor({ isTTY }),
    terminalWidth: () => (isTTY ? process.stdout.columns || undefined : undefined),
  };
}

/** A file, made anew. @throws UsageError where it cannot be written */
export function filePage(path: string, onClosed: () => void): Page {
  try {
    return { output: new Output(openSync(path, 'w'), onClosed), color: false, terminalWidth: () => undefined };
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as Error).message}`);
  }
}
