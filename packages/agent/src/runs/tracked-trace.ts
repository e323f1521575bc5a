import {
  HEARTBEAT_ANNOTATION,
  type NodeStatus,
  parseTraceSpec,
  type SpecProblem,
  type TraceKind,
  type TraceObject,
  type TraceSpec,
} from '@waggle/kube';
import type { StreamInfo } from '@waggle/trace/stream';
import { hasEnded, nodeEntry } from '../status/node-entry.ts';
import { Heartbeat } from './heartbeat.ts';
import type { NodeContext } from './node-context.ts';
import { concernsNode, planTrace, runKey } from './plan-trace.ts';
import { limitReached, type RunUsage } from './run-limits.ts';
import { TraceRun } from './trace-run.ts';

export interface TrackedTraceParts {
  readonly context: NodeContext;
  readonly kind: TraceKind;
  /** What runs on the node now. */
  readonly usage: () => RunUsage;
  /** Starts one after the other, with a turn of the event loop between them. */
  readonly enqueue: (start: () => Promise<void>) => void;
  /** What the node has to say of the trace is new. */
  readonly onChange: (trace: TrackedTrace) => void;
}

/** A trace object, and what this node makes of it: at most one run at a time. */
export class TrackedTrace {
  readonly kind: TraceKind;
  readonly #parts: TrackedTraceParts;
  readonly #heartbeat: Heartbeat;
  /** What an agent before this one has said. */
  readonly #inherited: NodeStatus | undefined;
  #object: TraceObject;
  #spec: TraceSpec | undefined;
  #key: string | undefined;
  #run: TraceRun | undefined;
  #ringBytes = 0;
  /** Whether the run ended, or never began, because the object says `stopped`. */
  #isStopped = false;

  constructor(object: TraceObject, parts: TrackedTraceParts) {
    this.kind = parts.kind;
    this.#object = object;
    this.#parts = parts;
    this.#heartbeat = new Heartbeat(heartbeatOf(object), performance.now());
    this.#inherited = object.status?.nodes?.find(({ name }) => name === parts.context.node);
    this.update(object);
  }

  get object(): TraceObject {
    return this.#object;
  }

  /** The last one, also when it has ended; undefined where there was none in the life of this agent. */
  get run(): TraceRun | undefined {
    return this.#run;
  }

  /** What its ring buffer takes of the node now. */
  get ringBytes(): number {
    return this.#run?.isActive === true ? this.#ringBytes : 0;
  }

  /** What this node says of the trace; undefined where it has nothing to say. */
  get entry(): NodeStatus | undefined {
    if (this.#run !== undefined) return nodeEntry(this.#parts.context.node, this.#run);
    return this.#inherited;
  }

  /** The object is as this now. */
  update(object: TraceObject): void {
    this.#object = object;
    this.#heartbeat.hear(heartbeatOf(object), performance.now());
    const { spec, problems } = parseTraceSpec(object.spec, this.kind);
    this.#spec = spec;
    if (problems === undefined) this.#adjust(spec);
    else this.#refuse(problems);
  }

  /** The object is gone: detaches at once. The log ends for those who read it. */
  async remove(): Promise<void> {
    await this.#run?.stop('the trace has been deleted');
  }

  /** The agent ends; another one goes on. */
  async shutDown(): Promise<void> {
    await this.#run?.stop('the agent is stopping', true);
  }

  /** Ends it for want of a heartbeat. */
  async abandon(): Promise<void> {
    await this.#run?.stop(`nobody has asked for it for ${this.#spec?.heartbeatSeconds} s`);
  }

  /** Whether whoever started it interactively is gone, as far as one can hear. */
  isForsaken(nowMs: number): boolean {
    const { heartbeatSeconds } = this.#spec ?? {};
    return heartbeatSeconds !== undefined && this.#heartbeat.isSilent(heartbeatSeconds, nowMs);
  }

  resumeHeartbeat(nowMs: number): void {
    this.#heartbeat.resume(nowMs);
  }

  /** Whether the object has outlived itself: all nodes are done, for as long as it wished. */
  isExpired(now: number): boolean {
    const { ttlSecondsAfterFinished } = this.#spec ?? {};
    const { nodes = [] } = this.#object.status ?? {};
    if (ttlSecondsAfterFinished === undefined || nodes.length === 0 || !nodes.every(hasEnded)) return false;
    const ends = nodes.map(({ endedAt }) => (endedAt === undefined ? now : Date.parse(endedAt)));
    return now - Math.max(...ends) >= ttlSecondsAfterFinished * 1000;
  }

  #adjust(spec: TraceSpec): void {
    const key = concernsNode(spec, this.#parts.context.node) ? runKey(spec) : undefined;
    if (key !== this.#key) this.#change(key, spec);
    else if (spec.stopped === true) this.#stop();
    else if (this.#isStopped && key !== undefined) this.#begin(spec);
  }

  #refuse(problems: readonly SpecProblem[]): void {
    const message = problems.map(({ path, message: text }) => `${path}: ${text}`).join('\n');
    if (this.#key === message) return;
    this.#key = message;
    this.#replace(undefined, (run) => run.skip('Refused', message));
  }

  /** Another program, target or option: another run. */
  #change(key: string | undefined, spec: TraceSpec): void {
    const inherited = this.#key === undefined ? this.#inherited : undefined;
    this.#key = key;
    if (key === undefined) void this.#run?.stop('the trace does not concern this node any more');
    // What has come to its end here under an earlier agent is not begun anew; what was cut off is.
    else if (inherited?.state !== 'Completed') this.#begin(spec, inherited);
  }

  #stop(): void {
    if (this.#run?.isActive !== true) return;
    this.#isStopped = true;
    void this.#run.stop('stopped');
  }

  #begin(spec: TraceSpec, inherited?: NodeStatus): void {
    const { context, kind, usage, enqueue } = this.#parts;
    const { plan, refusal } = planTrace({ ...this.#object, spec }, kind, context.limits.ringBytes);
    const timeoutMs = remainingMs(spec, inherited);
    this.#isStopped = spec.stopped === true;
    this.#replace(plan?.info, (run) => {
      if (plan === undefined) return run.skip('Refused', refusal);
      if (spec.stopped === true) return run.skip('Completed', 'stopped');
      if (timeoutMs !== undefined && timeoutMs <= 0) return run.skip('Completed', 'its time is over');
      enqueue(async () => {
        const reached = limitReached(plan.ringBytes, usage(), context.limits);
        if (reached !== undefined) return run.skip('Refused', reached);
        this.#ringBytes = plan.ringBytes;
        await run.start(plan, timeoutMs);
      });
    });
  }

  /** A run begins once nothing of the one before it is left in the kernel. */
  #replace(info: StreamInfo | undefined, begin: (run: TraceRun) => void): void {
    const { context, onChange } = this.#parts;
    const before = this.#run;
    const run = new TraceRun({ context, info: info ?? this.#barestInfo(), onChange: () => onChange(this) });
    this.#run = run;
    this.#ringBytes = 0;
    if (before?.isActive === true) void before.stop('the trace has changed').then(() => begin(run));
    else begin(run);
  }

  /** Of a trace whose program is not known. */
  #barestInfo(): StreamInfo {
    const { name = '', namespace } = this.#object.metadata;
    const program = { name, script: '', parameters: [] };
    return { program, trace: { name, ...(this.kind === 'Trace' && namespace !== undefined && { namespace }) } };
  }
}

function heartbeatOf({ metadata }: TraceObject): string | undefined {
  return metadata.annotations?.[HEARTBEAT_ANNOTATION];
}

/** Time that a run has left where an earlier agent has begun to count. */
function remainingMs({ timeoutSeconds }: TraceSpec, inherited: NodeStatus | undefined): number | undefined {
  if (timeoutSeconds === undefined) return undefined;
  const startedAt = inherited?.startedAt;
  const elapsedMs = startedAt === undefined ? 0 : Date.now() - Date.parse(startedAt);
  return timeoutSeconds * 1000 - Math.max(0, elapsedMs);
}
