import {
  type Command,
  type PreparedTrace,
  prepareTrace,
  type RunningTrace,
  type TraceEnd,
  TraceError,
} from '@waggle/trace';
import type { OutputFormat } from '../../options/output-format.ts';
import { printDiagnostics } from '../../print-diagnostics.ts';
import { filePage, standardPage } from '../../sinks/open-page.ts';
import { ResultSink, type ResultSinkParts } from '../../sinks/result-sink.ts';
import { type Page, type RowWriter, rowWriter } from '../../sinks/row-writer.ts';
import type { RowOptions } from '../../table/row-selection.ts';
import { count, ledgerText } from './ledger-text.ts';
import type { OpenTarget } from './open-target.ts';
import type { ProgramSource } from './program-source.ts';
import type { RecordedSink, RecordedSinkParts } from './recorded-sink.ts';
import { watchSignals } from './watch-signals.ts';

export interface ShowOptions extends RowOptions {
  readonly output?: OutputFormat;
  /** Where results go, in place of standard output. */
  readonly outputFile?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Milliseconds. */
  readonly interval?: number;
  readonly unsafe?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly ringSize?: number;
  readonly maxStrlen?: number;
  /** A file that keeps everything for a replay. */
  readonly record?: string;
  /** Called once everything is attached. */
  readonly onAttached?: () => void;
}

/** Runs a program on a target and shows the results on standard output, until it ends; gives the exit code. */
export async function showTrace(program: ProgramSource, target: OpenTarget, options: ShowOptions): Promise<number> {
  const prepared = prepare(program, target, options);
  if (prepared === undefined) return 1;
  let trace: RunningTrace | undefined;
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    void trace?.stop('stopped');
  };
  const page = options.outputFile === undefined ? standardPage(stop) : filePage(options.outputFile, stop);
  const writer = await rowWriter(options.output ?? 'columns', page);
  const show = (script: ResultSinkParts['script']) => resultSink({ script, program, page, writer, options, stop });
  const recorded = await record(options.record, { prepared, program, target, show, trace: () => trace });
  // Before anything is attached: whoever is told so may send a signal at once.
  const signals = watchSignals(stop, target.command);
  try {
    trace = await prepared.start(recorded?.sink ?? show(prepared.script), {
      ...(target.command && { command: target.command }),
      ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
      ...(options.interval !== undefined && { mapIntervalMs: options.interval }),
    });
  } catch (error) {
    signals.close();
    if (!(error instanceof TraceError)) throw error;
    printDiagnostics(error.diagnostics, program.source);
    return 1;
  }
  if (isStopped) stop();
  const end = await trace.done;
  signals.close();
  page.output.flush();
  recorded?.close();
  const sends = prepared.script.actions.some(({ kind }) => kind !== 'exit');
  return finish(end, page, target.command, { ...options, sends });
}

function prepare(
  { source, parameters }: ProgramSource,
  target: OpenTarget,
  options: ShowOptions,
): PreparedTrace | undefined {
  const { trace, diagnostics, problems } = prepareTrace({
    source,
    target: target.resolved,
    identities: target.identities,
    options: {
      positionalParams: parameters,
      ...(target.command && { childPid: target.command.pid }),
      ...(options.unsafe && { unsafe: true }),
      ...(options.ringSize !== undefined && { ringBytes: options.ringSize }),
      ...(options.maxStrlen !== undefined && { config: { max_strlen: String(options.maxStrlen) } }),
    },
  });
  printDiagnostics(diagnostics, source, problems);
  return trace;
}

interface ShowParts {
  readonly script: ResultSinkParts['script'];
  readonly program: ProgramSource;
  readonly page: Page;
  readonly writer: RowWriter;
  readonly options: ShowOptions;
  readonly stop: () => void;
}

function resultSink({ script, program, page, writer, options, stop }: ShowParts): ResultSink {
  const { source, gadget, isFromCatalogue } = program;
  return new ResultSink({
    script,
    source,
    gadget,
    showsAllMaps: !isFromCatalogue && gadget.doc.keys.length + gadget.doc.histograms.length === 0,
    writer,
    escape: page.terminalWidth() !== undefined,
    color: page.color,
    rows: options,
    onEnough: stop,
    onAttached: ({ probes, programs }) => {
      if (options.verbose)
        process.stderr.write(`waggle: ${count(programs, 'program')} attached to ${count(probes, 'probe')}\n`);
      options.onAttached?.();
    },
  });
}

/** The code of streams is loaded only where something is recorded. */
async function record(
  path: string | undefined,
  {
    show,
    ...parts
  }: Omit<RecordedSinkParts, 'path' | 'open'> & { show: (script: ResultSinkParts['script']) => ResultSink },
): Promise<RecordedSink | undefined> {
  if (path === undefined) return undefined;
  const { recordedSink } = await import('./recorded-sink.ts');
  return recordedSink({ ...parts, path, open: ({ script }) => show(script) });
}

async function finish(
  end: TraceEnd,
  page: Page,
  command: Command | undefined,
  { quiet, sends }: ShowOptions & { readonly sends: boolean },
): Promise<number> {
  page.output.flush();
  if (end.error !== undefined) throw end.error;
  if (!quiet && !page.output.closed) process.stderr.write(ledgerText(end.ledger, sends));
  if (command === undefined || end.reason === 'target-gone') return end.exitCode;
  // A command outlives a trace that ends before it; not the time that it was given.
  if (end.reason === 'timeout') command.kill('SIGTERM');
  return (await command.ended).exitCode;
}
