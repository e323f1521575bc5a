/** The gate: format, lint, types, arrows, unused code. `--fix` mends what can be mended. */
import { ensureInstalled } from './install.mjs';
import { runCommand } from './run-command.mjs';

const fix = process.argv.includes('--fix');
const steps = [
  ['format and lint', 'biome', ['check', ...(fix ? ['--write'] : []), '--error-on-warnings', '.']],
  ['promises', 'oxlint', ['--type-aware', '--config', 'oxlint.json', 'packages', ...(fix ? ['--fix'] : [])]],
  ['types', 'tsc', ['-p', '.']],
  ['arrows', process.execPath, ['scripts/check-arrows.mjs']],
  ['unused', 'knip', ['--no-progress']],
];

await ensureInstalled();
let failed = 0;
for (const [title, command, args] of steps) {
  const started = Date.now();
  const code = await runCommand(command, args, {
    env: { ...process.env, PATH: `${process.cwd()}/node_modules/.bin:${process.env.PATH}` },
  });
  console.error(`${code === 0 ? 'ok  ' : 'FAIL'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (code !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
