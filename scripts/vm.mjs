/** Runs a command on another kernel, in a virtual machine: `npm run vm -- --help`. Installs what that needs, and builds. */
import { spawn } from 'node:child_process';
import { build } from './build.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { VM_PACKAGES } from './vm-packages.mjs';

const OUT = 'build/vm/main.mjs';
const words = process.argv.slice(2);
/** Help, lists and mistakes need none of it. */
const boots = words.some((word) => /^\d/.test(word));

if (boots) {
  await build();
  await ensureSystemPackages(VM_PACKAGES);
}
const { ensureInstalled } = await import('./install.mjs');
await ensureInstalled();
const { build: bundle } = await import('esbuild');
await bundle({
  entryPoints: ['test/ground/vm/main.ts'],
  outfile: OUT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
});
const child = spawn(process.execPath, [OUT, ...words], { stdio: 'inherit' });
process.on('SIGINT', () => {}); // A terminal tells the child itself, and it takes the machine down.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 125));
