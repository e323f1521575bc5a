import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CommandCost } from '../processes/measure-command.ts';

/** What a whole command takes, measured from a small process of its own. @throws Error where it fails */
export function measureCommand(command: readonly string[]): CommandCost {
  const program = fileURLToPath(new URL('./measure-command.mjs', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...command], { encoding: 'utf8' });
  const cost = stdout === '' ? undefined : (JSON.parse(stdout) as CommandCost);
  if (cost?.exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${cost?.exitCode}:\n${stderr}`);
  return cost;
}
