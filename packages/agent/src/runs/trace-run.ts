import { randomUUID } from 'node:crypto';
import { type CompiledScript, type Diagnostic, formatDiagnostic, type SourceText } from '@waggle/bpftrace';
import { PodTargetError } from '@waggle/identity';
import type { NodeState } from '@waggle/kube';
import { type EndReason, type Ledger, type RunningTrace, type TraceEnd, TraceError } from '@waggle/trace';
import { type EncodedFrame, FrameLog, FrameWriter, type StreamInfo, writeFailure } from '@waggle/trace/stream';
import { hostEffects } from './host-effects.ts';
import type { NodeContext } from './node-context.ts';
import type { TracePlan } from './plan-trace.ts';
import { preparePlan } from './prepare-plan.ts';
import { mapLimitReached } from './run-limits.ts';

/** What a run has come to. */
export interface RunState {
  readonly state: NodeState;
  readonly message: string;
  readonly probes: number;
  /** From the beginning of the compilation until it was attached. */
  readonly startMs?: number;
  /** Milliseconds since the epoch; of the attaching. */
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
}

export interface RunParts {
  readonly context: NodeContext;
  readonly info: StreamInfo;
  /** Told of each change of `state`, not of numbers. */
  readonly onChange: () => void;
}

/**
 * One run of a trace on this node, from its compilation to its end; its log outlives it. Everything that a run holds in the kernel hangs on
 * descriptors of this process.
 */
export class TraceRun {
  readonly id = randomUUID();
  #log: FrameLog | undefined;
  readonly #parts: RunParts;
  #state: RunState = { state: 'Starting', message: '', probes: 0 };
  #appendedBytes = 0;
  #running: RunningTrace | undefined;
  #ledger: Ledger | undefined;
  #stopping: { readonly message: string; readonly isCut: boolean } | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#log = new FrameLog({ maxBytes: parts.context.limits.logBytes });
  }

  get state(): RunState {
    return this.#state;
  }

  /** What it has sent; undefined once that had to make room. */
  get log(): FrameLog | undefined {
    return this.#log;
  }

  /** Bytes that the log may take of this process now. */
  get logBytes(): number {
    return this.#log === undefined ? 0 : Math.min(this.#appendedBytes, this.#parts.context.limits.logBytes);
  }

  /** Whether it holds anything in the kernel, or will. */
  get isActive(): boolean {
    return this.#state.state === 'Starting' || this.#state.state === 'Running';
  }

  /** The books until now; undefined before it is attached. */
  get ledger(): Ledger | undefined {
    return this.#ledger ?? this.#running?.ledger();
  }

  /** Comes to its end without having begun. */
  skip(state: 'Refused' | 'Completed' | 'Failed', message: string): void {
    const { context, info } = this.#parts;
    const source = { name: context.node, run: this.id };
    writeFailure({ info, source, message, write: (frame) => this.#append(frame) });
    this.#set({ state, message, endedAtMs: Date.now() });
  }

  /** Compiles, attaches, and lets it run. Never throws: what goes wrong is the run's state. */
  async start(plan: TracePlan, timeoutMs?: number): Promise<void> {
    if (this.#stopping !== undefined)
      return this.skip(this.#stopping.isCut ? 'Failed' : 'Completed', this.#stopping.message);
    const { context } = this.#parts;
    context.onStart();
    const beginMs = performance.now();
    let writer: FrameWriter | undefined;
    try {
      const { trace, diagnostics, problems } = preparePlan(plan, context);
      if (trace === undefined) return this.skip('Refused', refusalText(diagnostics, plan.source, problems));
      const tooLarge = mapLimitReached(trace.script.mapSpecs, context.facts.cpus.possible, context.limits);
      if (tooLarge !== undefined) return this.skip('Refused', tooLarge);
      writer = this.#writer(trace.script, plan);
      this.#running = await trace.start(writer, {
        ...(timeoutMs !== undefined && { timeoutMs }),
        ...(plan.mapIntervalMs !== undefined && { mapIntervalMs: plan.mapIntervalMs }),
      });
      const probes = trace.script.programs.reduce((sum, { attachPoints }) => sum + attachPoints.length, 0);
      const startMs = performance.now() - beginMs;
      this.#set({ state: 'Running', probes, startMs, startedAtMs: Date.now() });
      void this.#running.done.then((end) => this.#ended(end));
      if (this.#stopping !== undefined) void this.#running.stop('stopped');
    } catch (error) {
      const message = startFailure(error, plan.source) ?? this.#defect(error);
      if (writer === undefined) {
        this.skip('Refused', message);
        return;
      }
      writer.fail(message);
      this.#set({ state: 'Refused', message, endedAtMs: Date.now() });
    }
  }

  /**
   * Detaches it; resolves when nothing of it is left in the kernel.
   *
   * @param isCut leaves the stream without its end: whoever reads comes back for another run
   */
  async stop(message: string, isCut = false): Promise<void> {
    this.#stopping ??= { message, isCut };
    await this.#running?.stop('stopped');
  }

  /** Forgets what it has sent. */
  dropLog(): void {
    this.#log = undefined;
  }

  /** A trace that brings a defect of ours to light must not take the others with it. */
  #defect(error: unknown): string {
    this.#parts.context.onDefect(error);
    return `this is a defect of waggle: ${error instanceof Error ? error.message : String(error)}`;
  }

  #writer(script: CompiledScript, { effects: allowed }: TracePlan): FrameWriter {
    const { context, info } = this.#parts;
    const effects = hostEffects(allowed);
    return new FrameWriter({
      script,
      info,
      source: { name: context.node, run: this.id },
      identities: context.identity.identities,
      ledger: () => this.ledger,
      hidesKernelAddresses: info.trace?.namespace !== undefined,
      ...(effects !== undefined && { effects }),
      write: (frame) => this.#append(frame),
    });
  }

  /** Of a run that ends with the agent, the stream is cut and not ended: another run follows. */
  #append(frame: EncodedFrame): void {
    if (frame.kind === 'end' && this.#stopping?.isCut === true) return;
    this.#appendedBytes += frame.bytes.length;
    this.#log?.append(frame);
  }

  #ended({ reason, error, ledger, exitCode }: TraceEnd): void {
    this.#ledger = ledger;
    this.#running = undefined;
    const state = reason === 'error' || this.#stopping?.isCut === true ? 'Failed' : 'Completed';
    this.#set({ state, message: endMessage(reason, exitCode, error, this.#stopping?.message), endedAtMs: Date.now() });
  }

  #set(change: Partial<RunState>): void {
    this.#state = { ...this.#state, ...change };
    this.#parts.onChange();
  }
}

function endMessage(reason: EndReason, exitCode: number, error: unknown, stopped: string | undefined): string {
  switch (reason) {
    case 'error':
      return error instanceof Error ? error.message : String(error);
    case 'exit':
      return `the script has called exit(${exitCode === 0 ? '' : exitCode})`;
    case 'timeout':
      return 'its time is over';
    case 'target-gone':
      return 'its target is gone';
    case 'stopped':
      return stopped ?? 'stopped';
  }
}

/** What to say to the user of an error that is not ours; undefined for a defect. */
function startFailure(error: unknown, source: SourceText): string | undefined {
  if (error instanceof TraceError) return diagnosticsText(error.diagnostics, source);
  if (error instanceof PodTargetError) return error.message;
  return undefined;
}

function refusalText(diagnostics: readonly Diagnostic[], source: SourceText, problems: readonly Error[]): string {
  return [diagnosticsText(diagnostics, source), ...problems.map(({ message }) => message)].join('\n');
}

function diagnosticsText(diagnostics: readonly Diagnostic[], source: SourceText): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return errors.map((diagnostic) => formatDiagnostic(diagnostic, source, { color: false })).join('\n');
}
