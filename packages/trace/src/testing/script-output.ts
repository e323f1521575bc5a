import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Action, type CompiledScript, type CompileOptions, formatDiagnostic, SourceText } from '@waggle/bpftrace';
import {
  type ActionContext,
  compileAction,
  type MapSnapshot,
  type OutputFormat,
  type RenderContext,
  renderFinalMaps,
  type Value,
} from '@waggle/bpftrace/output';
import { prepareTrace } from '../engine/prepared-trace.ts';
import type { Scene, Sink, TraceEvent } from '../sink.ts';
import { facts, identities } from './trace-command.ts';

/** Puts something between the engine and the sink. */
export type SinkWrapper = (sink: Sink, script: CompiledScript, source: SourceText) => Sink;

/**
 * What a script of `begin` and `end` probes writes to standard output, as bpftrace would write it: compiled, run in the kernel, shown.
 *
 * @throws Error with the diagnostics where it has mistakes, TraceError where the kernel refuses it
 */
export async function scriptOutput(
  script: string,
  format: OutputFormat,
  options: CompileOptions = {},
  wrap: SinkWrapper = (sink) => sink,
): Promise<string> {
  const source = new SourceText('stdin', script);
  const { trace, diagnostics } = prepareTrace({ source, facts, identities, options });
  if (trace === undefined)
    throw new Error(diagnostics.map((one) => formatDiagnostic(one, source, { color: false })).join(''));
  const sink = new TextSink(trace.script.actions, source, format);
  const { error } = await (await trace.start(wrap(sink, trace.script, source))).done;
  if (error !== undefined) throw error;
  return sink.text;
}

/** Writes everything as bpftrace does, into one text. */
class TextSink implements Sink {
  text = '';
  #hasMaps = false;
  readonly #actions: readonly Action[];
  readonly #source: SourceText;
  readonly #format: OutputFormat;

  constructor(actions: readonly Action[], source: SourceText, format: OutputFormat) {
    this.#actions = actions;
    this.#source = source;
    this.#format = format;
  }

  event({ schema, values }: TraceEvent, scene: Scene): void {
    this.#show(this.#actions[schema.id]!, values, scene);
  }

  action(action: Action, fields: readonly Value[], scene: Scene): void {
    this.#show(action, fields, scene);
  }

  maps(snapshots: readonly MapSnapshot[], { scene }: { readonly scene: Scene }): void {
    this.#hasMaps = true;
    this.text += renderFinalMaps(snapshots, this.#context(scene));
  }

  /** Without maps to print, the end looks as if there were none. */
  end(): void {
    if (!this.#hasMaps) this.text += renderFinalMaps([], this.#context({ render: NOTHING_KNOWN, snapshot: noMap }));
  }

  #show(action: Action, fields: readonly Value[], scene: Scene): void {
    this.text += compileAction(action, this.#context(scene))(fields);
  }

  #context({ render, snapshot, readFile, runCommand }: Scene): ActionContext {
    return {
      format: this.#format,
      options: { escape: false, nonAscii: 'as-bpftrace' },
      source: this.#source,
      render,
      snapshot,
      readFile: readFile ?? EFFECTS.readFile,
      runCommand: runCommand ?? EFFECTS.runCommand,
    };
  }
}

/** What scripts may do to this machine, as bpftrace does it. */
export const EFFECTS = {
  readFile: (path: string): string => readFileSync(path, 'utf8'),
  runCommand: (command: string): string => spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' }).stdout,
};

/** For the end, which comes without a scene. */
const NOTHING_KNOWN: RenderContext = {
  kernelSymbol: () => undefined,
  userSymbol: () => undefined,
  stack: () => undefined,
  userName: () => undefined,
  cgroupPath: () => undefined,
  internedText: () => undefined,
  wallClockNs: (_clock, ns) => ns,
  nowMs: () => 0,
};

function noMap(name: string): never {
  throw new TypeError(`an event asked for map ${name}`);
}
