import type { Action } from '@waggle/bpftrace';
import type { MapSnapshot, RenderContext, Value } from '@waggle/bpftrace/output';
import type { Identity } from '@waggle/identity';
import type { Ledger } from './ledger.ts';
import type { Schema } from './schema.ts';

/**
 * Where a trace's results go: a terminal, a file, a stream. A sink is a plain object; everything comes in stream order, from one thread, and must be
 * taken at once.
 */
export interface Sink {
  /** All programs are attached; nothing has been delivered yet. */
  attached?(info: AttachedInfo): void;
  /** The script printed a record. */
  event(event: TraceEvent, scene: Scene): void;
  /** Everything else that the script asked for: printf, print, time, join, clear, … (not `event` and not `exit`). */
  action(action: Action, fields: readonly Value[], scene: Scene): void;
  /**
   * A sink that has this gets records as the kernel made them, in place of `event` and `action`, and none of `exit`. The bytes are valid only
   * during the call.
   */
  record?(actionId: number, view: DataView, offset: number, length: number, scene: Scene): void;
  /** Maps as they are now: every interval if one was asked for, and once at the end (`final`). */
  maps?(snapshots: readonly MapSnapshot[], moment: { readonly final: boolean; readonly scene: Scene }): void;
  /** Asked after every few thousand records: a promise where the sink wants to be left alone until then. Absent: always ready. */
  ready?(): Promise<void> | undefined;
  /** The last call. */
  end?(end: TraceEnd): void;
}

export interface AttachedInfo {
  /** Attach points of the script's probes, `begin` and `end` among them. */
  readonly probes: number;
  readonly programs: number;
}

/** What an action may ask while it is shown. */
export interface Scene {
  /** A map's content at this moment, by its name with the `@`. */
  snapshot(map: string): MapSnapshot;
  readonly render: RenderContext;
  /**
   * Where the trace ran elsewhere, or is over: what `cat()` and `system()` gave there. A sink then asks these, and does not do it itself.
   * Undefined where the file could not be read.
   */
  readFile?(path: string): string | undefined;
  runCommand?(command: string): string;
}

/** One typed event. */
export interface TraceEvent {
  readonly schema: Schema;
  /** Wall clock, nanoseconds since the epoch. */
  readonly timeNs: bigint;
  readonly cgroupId: bigint;
  /** What the cgroup means; undefined where nobody knows. */
  readonly identity: Identity | undefined;
  /** Name of the node, where the event came over a stream. */
  readonly node?: string | undefined;
  /** tgid */
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  /** The script's own fields, in order. */
  readonly values: readonly Value[];
}

export type EndReason = 'exit' | 'stopped' | 'timeout' | 'target-gone' | 'error';

export interface TraceEnd {
  readonly reason: EndReason;
  /** Of the script's `exit(code)`; of the command, where the target is one. */
  readonly exitCode: number;
  readonly ledger: Ledger;
  /** What ended the trace, where the reason is `error`. */
  readonly error?: unknown;
}
