import type { Guard } from '@waggle/bpftrace';

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
  /** Ids to put in the target set: events in these cgroups and below are seen. */
  readonly cgroupIds: readonly bigint[];
  /** What the trace ends without: once all of these are gone. Empty where nothing ends it. */
  readonly mortals: readonly Mortal[];
}

/** What a trace can outlive. */
export type Mortal =
  | { readonly kind: 'process'; readonly pid: number }
  /** Gone once its folder is; where `endsEmpty`, already when the last process in it has ended. */
  | { readonly kind: 'cgroup'; readonly path: string; readonly endsEmpty: boolean };
