import type { Ledger } from '@waggle/trace';
import type { SourceStatus } from '@waggle/trace/stream';
import { ledgerText } from '../../commands/run/ledger-text.ts';
import { isStillRunning } from './node-reports.ts';

/** The ledger of all nodes together, and a line for each of them. */
export function nodeLedgersText(total: Ledger, sources: readonly SourceStatus[], sends: boolean): string {
  const width = Math.max(0, ...sources.map(({ name }) => name.length));
  const lines = sources
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((source) => `  ${source.name.padEnd(width)}  ${nodeText(source, sends)}\n`);
  return ledgerText(total, sends) + lines.join('');
}

function nodeText(source: SourceStatus, sends: boolean): string {
  const { ledger, state, message } = source;
  const { seen, kept, lost } = ledger;
  const losses = sends ? lost.ringFull + lost.afterExit + lost.slowReader : lost.mapFull;
  const books = sends ? `${seen} seen, ${kept} kept, ${losses} lost` : `${losses} map updates lost`;
  if (isStillRunning(source)) return `${books} so far`;
  switch (state) {
    case 'failed':
      return `failed: ${message}${seen > 0 ? ` (${books})` : ''}`;
    case 'waiting':
    case 'lagging':
      return `${books} so far: it does not answer${message === '' ? '' : ` (${message})`}`;
    default:
      return books;
  }
}
