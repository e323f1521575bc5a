import type { KubeClient } from '@waggle/kube';
import { FrameReader } from '@waggle/trace/stream';
import { filePage, standardPage } from '../../sinks/open-page.ts';
import { rowWriter } from '../../sinks/row-writer.ts';
import { ClusterError } from '../connection/cluster-error.ts';
import { type FollowEnd, followLog } from './log-follower.ts';
import { LogRecorder } from './log-recorder.ts';
import { nodeLedgersText } from './node-ledgers.ts';
import { isStillRunning, NodeReports } from './node-reports.ts';
import type { ViewOptions } from './run-in-cluster.ts';
import { streamView } from './stream-view.ts';
import { placeText, type TracePlace } from './trace-place.ts';

export interface LogShow {
  readonly client: KubeClient;
  readonly place: TracePlace;
  readonly options: ViewOptions;
  readonly follow: boolean;
  /** Ends the trace, on the first signal: its last frames are still waited for. Absent: a signal ends only the watching. */
  readonly stop?: () => Promise<void>;
  /** On the second one, before the process ends. */
  readonly abandon?: () => Promise<void>;
}

/** A trace that has been stopped has so long to say its last words. */
const LAST_WORDS_MS = 15_000;

/** Shows a trace's log on standard output, to its end or until a signal; gives the exit code. */
export async function showLog({ client, place, options, follow, stop, abandon }: LogShow): Promise<number> {
  const say = (text: string) => process.stderr.write(`waggle: ${text}\n`);
  const watching = new AbortController();
  const end = once(async () => {
    if (stop === undefined) {
      watching.abort();
      return;
    }
    setTimeout(() => watching.abort(), LAST_WORDS_MS).unref();
    await stop().catch((error: Error) => {
      say(`cannot stop the trace: ${error.message}`);
      watching.abort();
    });
  });
  const onEnough = () => void end();
  const page = options.outputFile === undefined ? standardPage(onEnough) : filePage(options.outputFile, onEnough);
  const writer = await rowWriter(options.output ?? 'columns', page);
  using reports = new NodeReports(say, options.verbose === true);
  let sends = true;
  const reader = new FrameReader({
    open(opening) {
      sends = opening.script.actions.some(({ kind }) => kind !== 'exit');
      return streamView(opening, { writer, page, rows: options, onEnough });
    },
    onSource: (status) => reports.report(status),
  });
  using recorder = options.record === undefined ? undefined : new LogRecorder(options.record);
  using _signals = watchSignals(end, abandon);
  const how = await followLog({ client, place, reader, recorder, follow, signal: watching.signal, say });
  if (how !== 'ended') reader.stop(); // What came so far is all.
  page.output.flush();
  if (!options.quiet && !page.output.closed && reader.sources.length > 0)
    process.stderr.write(nodeLedgersText(reader.ledger, reader.sources, sends));
  if (how === 'aborted' && stop !== undefined) return unfinished(reader, say);
  return exitCode(how, reader, place, say);
}

/** It was to end in order, and did not: what nodes still had to say is missing. */
function unfinished({ sources }: FrameReader, say: (text: string) => void): number {
  const silent = sources.filter(({ state }) => state !== 'ended' && state !== 'failed').map(({ name }) => name);
  say(`the trace has not told its end in time${silent.length > 0 ? `: waited for ${silent.join(', ')}` : ''}`);
  return 1;
}

function exitCode(
  how: FollowEnd,
  { end, sources }: FrameReader,
  place: TracePlace,
  say: (text: string) => void,
): number {
  switch (how) {
    case 'gone':
      throw new ClusterError(
        'FAILED',
        `the trace ${placeText(place)} is gone: somebody deleted it, or it was given up`,
      );
    case 'aborted':
      return 0;
    case 'so-far':
    case 'ended': {
      const failed = sources.filter((source) => source.state === 'failed' && !isStillRunning(source));
      if (failed.length === 0 && sources.some(isStillRunning)) return 0;
      // What a node has said of itself is told already.
      if (end?.reason === 'error' && failed.length === 0) say(end.error ?? 'the trace failed');
      if (end?.reason === 'error' || failed.length > 0) return end?.exitCode || 1;
      return end?.exitCode ?? 0;
    }
  }
}

/** The first signal ends it in order, the second at once. */
function watchSignals(end: () => Promise<void>, abandon: (() => Promise<void>) | undefined): Disposable {
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    signals += 1;
    if (signals === 1) void end();
    else if (signals === 2)
      void Promise.resolve(abandon?.())
        .catch(() => {})
        .finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
    else process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
