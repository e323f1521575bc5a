import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = join(tmpdir(), 'waggle-e2e-');

/** A new empty folder, readable for everybody, that goes when the tests of this file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(PREFIX);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
