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
import { ResultSink } from '../../sinks/result-sink.ts';
import { type Page, rowWriter } from '../../sinks/row-writer.ts';
import type { RowOptions } from '../../table/row-selection.ts';
import { count, ledgerText } from './ledger-text.ts';
import type { OpenTarget } from './open-target.ts';
import type { ProgramSource } from './program-source.ts';
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
  const sink = await resultSink(prepared, program, page, options, stop);
  // Before anything is attached: whoever is told so may send a signal at once.
  const signals = watchSignals(stop, target.command);
  try {
    trace = await prepared.start(sink, {
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

async function resultSink(
  { script }: PreparedTrace,
  { source, gadget, isFromCatalogue }: ProgramSource,
  page: Page,
  options: ShowOptions,
  onEnough: () => void,
): Promise<ResultSink> {
  return new ResultSink({
    script,
    source,
    gadget,
    showsAllMaps: !isFromCatalogue && gadget.doc.keys.length + gadget.doc.histograms.length === 0,
    writer: await rowWriter(options.output ?? 'columns', page),
    escape: page.terminalWidth() !== undefined,
    color: page.color,
    rows: options,
    onEnough,
    onAttached: ({ probes, programs }) => {
      if (options.verbose)
        process.stderr.write(`waggle: ${count(programs, 'program')} attached to ${count(probes, 'probe')}\n`);
      options.onAttached?.();
    },
  });
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
