import type { Ledger } from '@waggle/trace';

/**
 * One line that says what became of the events; more where something was lost.
 *
 * @param sends whether the script sends records at all; one that does not only fills maps.
 */
export function ledgerText({ seen, kept, lost, stringsCut }: Ledger, sends: boolean): string {
  const missing = lost.ringFull + lost.afterExit + lost.slowReader;
  const lines = [
    sends
      ? `waggle: ${count(seen, 'event')} seen, ${kept} kept, ${missing} lost`
      : `waggle: aggregated in the kernel, ${count(lost.mapFull, 'map update')} lost`,
  ];
  if (lost.ringFull > 0)
    lines.push('  lost: the ring buffer was full; a larger --ring-size or a narrower target helps');
  if (lost.afterExit > 0) lines.push(`  ${count(lost.afterExit, 'event')} came behind exit() and were dropped`);
  if (lost.slowReader > 0)
    lines.push(`  ${count(lost.slowReader, 'event')} did not get here: they came faster than they were taken`);
  if (lost.mapFull > 0)
    lines.push(`  ${count(lost.mapFull, 'map update')} lost: the map was full (config max_map_keys)`);
  if (lost.stacks > 0) lines.push(`  ${count(lost.stacks, 'stack')} lost: the stack map was full`);
  if (lost.nested > 0)
    lines.push(`  ${count(lost.nested, 'probe run')} left out by the kernel: a probe was running on that CPU`);
  if (stringsCut > 0) lines.push(`  ${count(stringsCut, 'string')} cut (--max-strlen)`);
  return `${lines.join('\n')}\n`;
}

/** `1 event`, `2 events`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
