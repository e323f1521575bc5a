/** `npm run cluster`: bundles the command of the test cluster, and runs it. */
import { ensureInstalled } from './install.mjs';
import { runCommand } from './run-command.mjs';

const OUT = 'build/cluster/main.mjs';

await ensureInstalled();
const { build: bundle } = await import('esbuild');
await bundle({
  entryPoints: ['test/ground/cluster/main.ts'],
  outfile: OUT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['source'],
  logLevel: 'warning',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {}); // The command cleans up, and ends by itself.
process.exit(await runCommand(process.execPath, [OUT, ...process.argv.slice(2)]));
