/**
 * Everything: installs what the tests need, builds, runs all tests. The last line says how many passed, failed and were skipped; the exit code is 1 if
 * any failed. Words behind `npm test --` go to vitest: `npm test -- packages/bpf`.
 */
import { build } from './build.mjs';
import { runCommand } from './run-command.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { VM_PACKAGES } from './vm-packages.mjs';

await build();
await ensureSystemPackages(['runc', 'busybox-static', 'gcc', 'libc6-dev', ...VM_PACKAGES]);
const code = await runCommand('node_modules/.bin/vitest', ['run', ...process.argv.slice(2)]);
process.exit(code);
