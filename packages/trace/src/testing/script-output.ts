import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { type Action, type CompileOptions, formatDiagnostic, SourceText } from '@waggle/bpftrace';
import { type ActionContext, compileAction, type OutputFormat, renderFinalMaps } from '@waggle/bpftrace/output';
import { prepareTrace } from '../engine/prepared-trace.ts';
import type { Scene, Sink } from '../sink.ts';
import { facts, identities } from './trace-command.ts';

/**
 * What a script of `begin` and `end` probes writes to standard output, byte for byte as bpftrace would (`decodeText` says how bytes
 * that are no UTF-8 look): compiled, run in the kernel, shown.
 *
 * @throws Error with the diagnostics where it has mistakes, TraceError where the kernel refuses it
 */
export async function scriptOutput(script: string, format: OutputFormat, options: CompileOptions = {}): Promise<string> {
  const source = new SourceText('stdin', script);
  const { trace, diagnostics } = prepareTrace({ source, facts, identities, options });
  if (trace === undefined) throw new Error(diagnostics.map((one) => formatDiagnostic(one, source)).join(''));
  const sink = new TextSink(trace.script.actions, source, format);
  const running = await trace.start(sink);
  const { error } = await running.done;
  if (error !== undefined) throw error;
  return sink.text;
}

/** Keeps the whole output as one text. */
class TextSink implements Sink {
  text = '';
  readonly #actions: readonly Action[];
  readonly #source: SourceText;
  readonly #format: OutputFormat;
  #scene: Scene | undefined;

  constructor(actions: readonly Action[], source: SourceText, format: OutputFormat) {
    this.#actions = actions;
    this.#source = source;
    this.#format = format;
  }
}
