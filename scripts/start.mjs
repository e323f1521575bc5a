/** The main job, from a fresh clone: installs, builds, and traces two small workloads of its own on this machine's kernel. */
import { build } from './build.mjs';
import { runCommand } from './run-command.mjs';

await build();
process.on('SIGINT', () => {}); // the demo ends itself, and cleans up
process.exit(await runCommand(process.execPath, ['packages/cli/bin/waggle.cjs', 'demo', ...process.argv.slice(2)]));
