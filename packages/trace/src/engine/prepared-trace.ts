import { type UnsupportedError, VerifierError } from '@waggle/bpf';
import type { Compile, CompiledScript, CompileOptions, Diagnostic, SourceText } from '@waggle/bpftrace';
import { compile } from '@waggle/bpftrace';
import { Identities } from '@waggle/identity';
import { CgroupWatch } from '../identity/cgroup-watch.ts';
import { MachineFacts } from '../machine/machine-facts.ts';
import type { Sink } from '../sink.ts';
import type { ResolvedTarget } from '../target/target.ts';
import { TraceError } from '../trace-error.ts';
import { KernelObjects } from './kernel-objects.ts';
import { RunningTrace, type StartOptions } from './running-trace.ts';

/** A script on a target. */
export interface TraceRequest {
  readonly source: SourceText;
  /** Events carry who did it (`eventContext`) unless this says no. */
  readonly options?: Omit<CompileOptions, 'guard'>;
  /** Absent: the whole host. */
  readonly target?: ResolvedTarget;
  /** Shared by the traces of a process. */
  readonly facts?: MachineFacts;
  /** Likewise. */
  readonly identities?: Identities;
  /** The compiler, or one that remembers what it has compiled. */
  readonly compile?: Compile;
}

export interface Preparation {
  /** Absent where there are errors. */
  readonly trace?: PreparedTrace;
  readonly diagnostics: readonly Diagnostic[];
  /** What this machine could not tell the compiler, and why: the reason behind a diagnostic that says that something is not there. */
  readonly problems: readonly UnsupportedError[];
}

/**
 * Compiles a script for this machine and a target. Nothing is made in the kernel yet, and no privilege is needed beyond reading
 * what the compiler asks for.
 */
export function prepareTrace(request: TraceRequest): Preparation {
  const facts = request.facts ?? new MachineFacts();
  const whole = withIdentities(request);
  const { script, diagnostics } = (request.compile ?? compile)(request.source, facts, compileOptions(whole));
  const { problems } = facts;
  if (script === undefined) return { diagnostics, problems };
  return { trace: new PreparedTrace(script, whole, facts), diagnostics, problems };
}

/** A request without identities gets its own when they are first asked for: a machine without cgroups of version 2 has none. */
function withIdentities(request: TraceRequest): TraceRequest {
  let own: Identities | undefined;
  const { identities } = request;
  return {
    ...request,
    get identities() {
      own ??= identities ?? new Identities();
      return own;
    },
  };
}

/** A compiled script that waits to be started, once or several times. */
export class PreparedTrace {
  readonly script: CompiledScript;
  readonly #request: TraceRequest;
  readonly #facts: MachineFacts;

  /** Made by `prepareTrace`. */
  constructor(script: CompiledScript, request: TraceRequest, facts: MachineFacts) {
    this.script = script;
    this.#request = request;
    this.#facts = facts;
  }

  /**
   * Loads, runs `begin`, attaches, and delivers to the sink from then on.
   *
   * @throws TraceError where the kernel refuses the script. Nothing is left in the kernel then.
   */
  async start(sink: Sink, options: StartOptions = {}): Promise<RunningTrace> {
    const { target = { cgroupIds: [], mortals: [] }, identities = new Identities() } = this.#request;
    const facts = this.#facts;
    const objects = this.#load();
    const cgroupWatch = openCgroupWatch(objects, target, identities, facts);
    return RunningTrace.start({ objects, target, identities, facts, cgroupWatch, sink, options });
  }

  /** A verifier that does not take direct loads gets the script once more without them. */
  #load(): KernelObjects {
    try {
      return load(this.script, this.#request.source, this.#facts);
    } catch (error) {
      const refused = error instanceof TraceError && error.cause instanceof VerifierError;
      if (!refused || this.#request.options?.directLoads === false) throw error;
      const options = { ...compileOptions(this.#request), directLoads: false };
      const { script } = (this.#request.compile ?? compile)(this.#request.source, this.#facts, options);
      if (script === undefined) throw error;
      try {
        return load(script, this.#request.source, this.#facts);
      } catch {
        throw error;
      }
    }
  }
}

function compileOptions(request: TraceRequest): CompileOptions {
  const { options, target } = request;
  const pid = target?.guard?.pids?.length === 1 ? target.guard.pids[0] : undefined;
  return {
    eventContext: true,
    ...(pid === undefined ? {} : { targetPid: pid }),
    // Finding them walks the tree: only a script that wants them waits for it. The root is what everything is in.
    identity: {
      get levels() {
        const { identities } = request;
        return identities === undefined ? [] : [identities.tree.level('/'), ...identities.levels().all];
      },
    },
    ...options,
    ...(target?.guard === undefined ? {} : { guard: target.guard }),
  };
}

/** What is looked up by cgroup is kept in step with the cgroups while the trace runs: where nobody else tells of them, for its own sake. */
function openCgroupWatch(
  objects: KernelObjects,
  target: ResolvedTarget,
  identities: Identities,
  facts: MachineFacts,
): CgroupWatch | undefined {
  const isWanted = objects.script.identity !== undefined || target.follow !== undefined;
  if (!isWanted || identities.hasLastingEvents) return undefined;
  try {
    return new CgroupWatch({ identities, facts, isLasting: false, onFailure: () => identities.resync() });
  } catch (error) {
    objects.close();
    throw error;
  }
}

function load(script: CompiledScript, source: SourceText, facts: MachineFacts): KernelObjects {
  const objects = new KernelObjects(script, source);
  try {
    objects.load(() => facts.btf);
    return objects;
  } catch (error) {
    objects.close();
    throw error;
  }
}
