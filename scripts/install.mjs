import { existsSync, statSync } from 'node:fs';
import { runCommand } from './run-command.mjs';

/**
 * Installs the npm packages of the lock file if they are missing or older than it. Not with `npm ci`: that refuses a lock file without the
 * optional packages of every other platform, which not every registry has.
 */
export async function ensureInstalled() {
  const marker = 'node_modules/.package-lock.json';
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync('package-lock.json').mtimeMs) return;
  console.error('waggle: installing npm packages …');
  const code = await runCommand('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
  });
  if (code !== 0) throw new Error(`npm install ended with code ${code}`);
}
