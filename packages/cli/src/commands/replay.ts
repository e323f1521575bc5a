import { RecordingError, readRecording } from '@waggle/trace';
import { FrameReader, RemoteTraceError, StreamError } from '@waggle/trace/stream';
import { nodeLedgersText } from '../cluster/run/node-ledgers.ts';
import { streamView } from '../cluster/run/stream-view.ts';
import type { OutputFormat } from '../options/output-format.ts';
import { filePage, standardPage } from '../sinks/open-page.ts';
import { rowWriter } from '../sinks/row-writer.ts';
import type { RowOptions } from '../table/row-selection.ts';
import { ledgerText } from './run/ledger-text.ts';
import { watchSignals } from './run/watch-signals.ts';

export interface ReplayOptions extends RowOptions {
  readonly output?: OutputFormat;
  readonly outputFile?: string;
  readonly quiet?: boolean;
}

/** `waggle replay`: shows a recording as its run was shown; gives the run's exit code. */
export async function replay(path: string, options: ReplayOptions): Promise<number> {
  let isStopped = false;
  const stop = () => {
    isStopped = true;
  };
  const page = options.outputFile === undefined ? standardPage(stop) : filePage(options.outputFile, stop);
  const writer = await rowWriter(options.output ?? 'columns', page);
  let sends = true;
  const reader = new FrameReader({
    open(opening) {
      sends = opening.script.actions.some(({ kind }) => kind !== 'exit');
      return streamView(opening, { writer, page, rows: options, onEnough: () => {} });
    },
  });
  const signals = watchSignals(stop, undefined);
  try {
    for await (const chunk of readRecording(path)) {
      reader.push(chunk);
      if (isStopped) break;
    }
    if (isStopped) reader.stop();
    else reader.finish();
  } catch (error) {
    reader.stop();
    if (!(error instanceof StreamError) || error.code !== 'CUT') throw error;
    const shown = new Error(`it was cut: shown is what it holds, ${error.offset} bytes of frames`);
    throw new RecordingError('CUT', path === '-' ? 'standard input' : path, shown);
  } finally {
    signals.close();
    page.output.flush();
  }
  const { end, ledger, sources } = reader;
  if (end?.error !== undefined) throw new RemoteTraceError(end.error);
  const isOfCluster = sources.some(({ name }) => name !== '');
  if (!options.quiet && !page.output.closed && !isStopped)
    process.stderr.write(isOfCluster ? nodeLedgersText(ledger, sources, sends) : ledgerText(ledger, sends));
  const hasFailed = sources.some(({ state }) => state === 'failed');
  return end?.exitCode || (hasFailed ? 1 : 0);
}
