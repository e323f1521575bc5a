import type { Guard } from '@waggle/bpftrace';
import type { Identity } from '@waggle/identity';

/** Whose events are seen: all conditions that are given must hold, and those without any mean the whole host. */
export interface Target {
  /** Cgroups with everything below them: paths in the v2 tree, or in the file system. */
  readonly cgroups?: readonly string[];
  /** Containers, by name, id or a unique prefix of either; together with `cgroups`, either of them. */
  readonly containers?: readonly string[];
  /** Processes (tgids) with all their threads; not their children. */
  readonly pids?: readonly number[];
  /** The whole comm. */
  readonly comm?: string;
}

/** Every process of this machine. */
export const WHOLE_HOST: Target = {};

/** A target as the kernel is told of it. */
export interface ResolvedTarget {
  /** Absent for the whole host. */
  readonly guard?: Guard;
  /** Ids to put in the target set: events in these cgroups and below are seen. Of a live target, those of the moment. */
  readonly cgroupIds: readonly bigint[];
  /** Of a live target: tells of cgroups that join and leave from now on. */
  readonly follow?: (listener: TargetListener) => { close(): void };
  /** Whose names the trace's programs may know. Absent: everybody's on this machine. */
  readonly identityScope?: (identity: Identity) => boolean;
  /** What the trace ends without: once all of these are gone. Empty where nothing ends it. */
  readonly mortals: readonly Mortal[];
}

export interface TargetListener {
  add(cgroupIds: readonly bigint[]): void;
  remove(cgroupIds: readonly bigint[]): void;
}

/** What a trace can outlive. */
export type Mortal =
  | { readonly kind: 'process'; readonly pid: number }
  /** Gone once its folder is; where `endsEmpty`, already when the last process in it has ended. */
  | { readonly kind: 'cgroup'; readonly path: string; readonly endsEmpty: boolean };
