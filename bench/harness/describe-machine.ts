import { cpus, loadavg, release, totalmem } from 'node:os';
import type { Tool } from './tool.ts';

/** More than this many tasks ready to run, on average, and figures are not worth much. */
const QUIET_LOAD = 0.3;

/** Lines for the head of a report: without them its figures mean nothing. */
export function describeMachine(peer: Tool | undefined): string {
  const [load] = loadavg();
  const gib = Math.round(totalmem() / 2 ** 30);
  const noise = load! > QUIET_LOAD ? `: NOT QUIET, figures are noisy` : '';
  return [
    `date     ${new Date().toISOString().slice(0, 10)}`,
    `kernel   Linux ${release()} ${process.arch}`,
    `CPU      ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${gib} GiB`,
    `node     ${process.version}`,
    `peer     ${peer?.name ?? 'none (install bpftrace, or give --peer COMMAND)'}`,
    `load     ${load!.toFixed(2)}${noise}`,
    '',
  ].join('\n');
}
