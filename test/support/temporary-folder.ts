import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A new empty folder that everybody may read; it goes when the tests of this file, or of the `describe` around the call, are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-test-'));
  chmodSync(folder, 0o755);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
