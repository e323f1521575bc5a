import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { IteratorLink, Poller, RingBuffer } from '@waggle/bpf';
import { waitForRunningPrograms } from '@waggle/bpf/sys';
import { INTERNAL_MAPS } from '@waggle/bpftrace';
import type { MapSnapshot } from '@waggle/bpftrace/output';
import type { Identities } from '@waggle/identity';
import type { Command } from '../command/command.ts';
import type { CgroupWatch } from '../identity/cgroup-watch.ts';
import { IdentityMap } from '../identity/identity-map.ts';
import { InternedTexts } from '../identity/interned-texts.ts';
import type { Ledger } from '../ledger.ts';
import type { MachineFacts } from '../machine/machine-facts.ts';
import { MachineRenderContext } from '../machine/machine-render-context.ts';
import { ProcessScout, showsUserSymbols } from '../machine/process-scout.ts';
import type { EndReason, Scene, Sink, TraceEnd } from '../sink.ts';
import type { ResolvedTarget } from '../target/target.ts';
import { TargetSet } from '../target/target-set.ts';
import { TargetWatch } from '../target/target-watch.ts';
import { fillGlobals } from './fill-maps.ts';
import type { KernelObjects } from './kernel-objects.ts';
import { readLedger } from './read-ledger.ts';
import { createDispatcher } from './record-dispatcher.ts';
import { RingReader, SLICE_RECORDS } from './ring-reader.ts';
import { ScriptMaps } from './script-maps.ts';

export interface StartOptions {
  /** Waits for its release until everything is attached; its end ends the trace. Closing it is the caller's. */
  readonly command?: Command;
  readonly timeoutMs?: number;
  /** How often the sink gets the maps while the trace runs. Absent: only at the end. */
  readonly mapIntervalMs?: number;
}

/** What a trace is made of. */
export interface TraceParts {
  /** Loaded. The trace owns them from now on. */
  readonly objects: KernelObjects;
  readonly target: ResolvedTarget;
  readonly identities: Identities;
  readonly facts: MachineFacts;
  /** Likewise the trace's own, where it has one. */
  readonly cgroupWatch?: CgroupWatch | undefined;
  readonly sink: Sink;
  readonly options: StartOptions;
}

/** How often a trace that detaches looks for records. */
const DETACH_DRAIN_MS = 5;

/** What a timer of Node.js can wait, 24 days; also the pause of one that only keeps the process waiting for the trace. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/**
 * A trace at work: from the moment that its programs are attached until `done`, which comes after everything that they made has been
 * delivered and everything of it in the kernel is closed.
 */
export class RunningTrace {
  /** Never rejects: a failure is the end's reason. */
  readonly done: Promise<TraceEnd>;
  readonly #parts: TraceParts;
  readonly #maps: ScriptMaps;
  readonly #render: MachineRenderContext;
  readonly #scene: Scene;
  readonly #ring: RingBuffer | undefined;
  readonly #reader: RingReader | undefined;
  readonly #poller = new Poller({ onError: (error) => this.#fail(error) });
  readonly #onRecord: (view: DataView, offset: number, length: number) => void;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #texts: InternedTexts;
  #targetSet: TargetSet | undefined;
  #identityMap: IdentityMap | undefined;
  #watch: TargetWatch | undefined;
  #scout: ProcessScout | undefined;
  #phase: 'starting' | 'running' | 'ending' | 'ended' = 'starting';
  #resolveDone!: (end: TraceEnd) => void;
  #kept = 0;
  #afterExit = 0;
  #exitCode: number | undefined;
  #isDropping = false;
  #finalLedger: Ledger | undefined;

  /** @throws TraceError `ATTACH_FAILED`; nothing is left in the kernel then. */
  static start(parts: TraceParts): RunningTrace {
    const trace = new RunningTrace(parts);
    try {
      trace.#begin();
      return trace;
    } catch (error) {
      trace.#phase = 'ended';
      trace.#release();
      trace.#ring?.close();
      parts.objects.close();
      throw error;
    }
  }

  private constructor(parts: TraceParts) {
    this.#parts = parts;
    const { objects, identities, facts, sink } = parts;
    const { script, maps } = objects;
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    this.#texts = new InternedTexts(script.identity?.literals ?? []);
    this.#render = new MachineRenderContext({ script, maps, facts, tree: identities.tree, texts: this.#texts });
    this.#maps = new ScriptMaps(script, maps);
    this.#scene = { render: this.#render, snapshot: (name) => this.#maps.snapshot(name) };
    const dispatch = createDispatcher({
      script,
      maps: this.#maps,
      identities,
      scene: this.#scene,
      sink,
      bootOffsetNs: this.#render.clocks.boot,
      onExit: (code) => this.#exit(code),
    });
    this.#onRecord = (view, offset, length) => {
      if (this.#isDropping) {
        this.#afterExit++;
        return;
      }
      this.#kept++;
      dispatch(view, offset, length);
    };
    const ringMap = maps.get(INTERNAL_MAPS.ring);
    this.#ring = ringMap === undefined ? undefined : new RingBuffer(ringMap);
    this.#reader = this.#ring === undefined ? undefined : this.#readerOf(this.#ring);
  }

  /** Ends the trace; resolves as `done` does. Whoever asks first gives the reason. */
  stop(reason: EndReason = 'stopped'): Promise<TraceEnd> {
    void this.#end(reason);
    return this.done;
  }

  /** The books until now; of a trace that has ended, for good. */
  ledger(): Ledger {
    return this.#finalLedger ?? readLedger(this.#parts.objects, { kept: this.#kept, afterExit: this.#afterExit });
  }

  /** What the script's maps hold now. @throws TypeError once the trace has ended */
  snapshots(): MapSnapshot[] {
    return this.#maps.snapshots();
  }

  #begin(): void {
    const { objects, target, sink, options, identities } = this.#parts;
    this.#fillMaps();
    this.#runPhase('begin');
    objects.attach();
    this.#phase = 'running';
    const probes = objects.script.programs.reduce((sum, { attachPoints }) => sum + attachPoints.length, 0);
    sink.attached?.({ probes, programs: objects.programs.length });
    this.#timers.push(setInterval(() => {}, LONGEST_TIMER_MS));
    this.#reader?.start();
    this.#watch = new TargetWatch(target.mortals, identities.tree, this.#poller, () => void this.#end('target-gone'));
    if (showsUserSymbols(objects.script)) {
      this.#scout = new ProcessScout(this.#render.processes, target, identities.tree);
    }
    this.#startTimers(options);
    void options.command?.ended.then(({ exitCode }) => this.#end('target-gone', exitCode));
    options.command?.release();
    this.#runIterators();
  }

  /** What programs look up, from before the first of them runs; of what changes, until the trace ends. */
  #fillMaps(): void {
    const { objects, target, identities } = this.#parts;
    const { script, maps } = objects;
    const onFailure = (error: unknown): void => this.#fail(error);
    fillGlobals(maps);
    this.#targetSet = new TargetSet(maps, target, onFailure);
    if (script.identity === undefined || !maps.has(INTERNAL_MAPS.identities)) return;
    const { identity: layout } = script;
    const parts = { maps, layout, identities, texts: this.#texts, scope: target.identityScope, onFailure };
    this.#identityMap = new IdentityMap(parts);
  }

  #startTimers({ timeoutMs, mapIntervalMs }: StartOptions): void {
    if (timeoutMs !== undefined) {
      this.#timers.push(setTimeout(() => void this.#end('timeout'), Math.min(timeoutMs, LONGEST_TIMER_MS)));
    }
    if (mapIntervalMs !== undefined) {
      this.#timers.push(setInterval(() => this.#guarded(() => this.#deliverMaps(false)), mapIntervalMs));
    }
  }

  /** `begin` and `end` run in this very system call, in the script's order. */
  #runPhase(phase: 'begin' | 'end'): void {
    for (const { compiled, program } of this.#parts.objects.programs) {
      if (compiled.phase === phase) program.testRun();
    }
  }

  /** Iterators run when they are read, once; a script with nothing to wait for has then done its work. */
  #runIterators(): void {
    const { links } = this.#parts.objects;
    const iterators = links.filter((link) => link instanceof IteratorLink);
    // What an iterator writes itself (bpf_seq_write) is not how scripts print: their records come through the ring.
    for (const iterator of iterators) for (const _chunk of iterator.read());
    const isDone = iterators.length === links.length && this.#parts.options.command === undefined;
    if (isDone) setImmediate(() => void this.#end('exit'));
  }

  #readerOf(ring: RingBuffer): RingReader {
    return new RingReader({
      ring,
      poller: this.#poller,
      onRecord: this.#onRecord,
      afterSlice: () => {
        // A sink that cannot take more stops the reading, and the ring buffer fills: what is lost then is counted by the kernel.
        if (!this.#isDropping) return this.#parts.sink.ready?.();
        void this.#end('exit');
        return undefined;
      },
      onError: (error) => this.#fail(error),
    });
  }

  /** The script's `exit()`: what is queued behind it is dropped. */
  #exit(code: number): void {
    this.#kept--; // A request to end is no event.
    this.#exitCode ??= code;
    this.#isDropping = true;
  }

  #fail(error: unknown): void {
    void this.#end('error', 1, error);
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail(error);
    }
  }

  #deliverMaps(final: boolean): void {
    this.#parts.sink.maps?.(this.#maps.snapshots(), { final, scene: this.#scene });
  }

  async #end(reason: EndReason, exitCode?: number, error?: unknown): Promise<void> {
    if (this.#phase !== 'running') return;
    this.#phase = 'ending';
    let failure = error;
    try {
      // A sink may have asked from within a record: that drain comes to its end before another one begins.
      await nextTurn();
      this.#release();
      if (reason === 'error') await this.#parts.objects.detach();
      else await this.#finish();
    } catch (thrown) {
      failure ??= thrown;
    }
    this.#close({
      // Whatever else came to pass: a script that said exit() while it drained has ended the trace.
      reason: failure !== undefined ? 'error' : this.#exitCode === undefined ? reason : 'exit',
      exitCode: failure === undefined ? (this.#exitCode ?? exitCode ?? 0) : 1,
      ...(failure === undefined ? {} : { error: failure }),
    });
  }

  /** Detaches, waits for what runs, delivers all of it, then lets `end` have its say. */
  async #finish(): Promise<void> {
    const { objects } = this.#parts;
    if (objects.links.length > 0) {
      await this.#detach();
      await waitForRunningPrograms();
    }
    await this.#drainAll();
    this.#isDropping = false;
    this.#runPhase('end');
    await this.#drainAll();
    if (objects.script.printMapsOnExit) this.#deliverMaps(true);
  }

  /** It takes a while, and until the last hook is free, records come: they are read, so that they do not fill the ring buffer. */
  async #detach(): Promise<void> {
    let isDone = false;
    const detached = this.#parts.objects.detach().finally(() => {
      isDone = true;
    });
    try {
      while (!isDone) {
        await this.#drainAll();
        await Promise.race([detached, sleep(DETACH_DRAIN_MS)]);
      }
    } finally {
      await detached;
    }
  }

  async #drainAll(): Promise<void> {
    while (this.#ring !== undefined && this.#ring.drain(this.#onRecord, SLICE_RECORDS) > 0) {
      await this.#parts.sink.ready?.();
      await nextTurn();
    }
  }

  #close(end: Omit<TraceEnd, 'ledger'>): void {
    const ledger = this.ledger();
    this.#finalLedger = ledger;
    this.#ring?.close();
    this.#parts.objects.close();
    this.#phase = 'ended';
    const whole = { ...end, ledger };
    try {
      this.#parts.sink.end?.(whole);
      this.#resolveDone(whole);
    } catch (error) {
      this.#resolveDone({ ...whole, reason: 'error', exitCode: 1, error: whole.error ?? error });
    }
  }

  /** Everything that watches, so that nothing calls back any more. */
  #release(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    this.#reader?.stop();
    this.#targetSet?.close();
    this.#identityMap?.close();
    this.#parts.cgroupWatch?.close();
    this.#watch?.close();
    this.#scout?.close();
    this.#poller.close();
  }
}
