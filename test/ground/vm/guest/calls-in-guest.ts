import { chmodSync, copyFileSync } from 'node:fs';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** `compileCalls` of `test/support/calls.ts`, in the guest: gcc takes seconds there, so the host has compiled it. */
export function compileCalls(name = 'calls'): string {
  const path = `${temporaryFolder()}/${name}`;
  copyFileSync('build/vm/guest/programs/calls', path);
  chmodSync(path, 0o755);
  return path;
}
