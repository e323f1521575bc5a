import type { IrProgram } from './ir/index.ts';

export interface CompileOptions {
  /** `$1`, `$2`, … */
  readonly positionalParams?: readonly string[];
  /** The condition in front of every probe body. Absent: the whole host, and no guard code at all. */
  readonly guard?: Guard;
  /**
   * Where containers and pods lie in the cgroup tree. A cgroup that is not in the map `waggle_identities` belongs to whom its nearest ancestor at one
   * of these levels does.
   */
  readonly identity?: { readonly levels: readonly number[] };
  /** Records (`print((a = 1))`) carry who did it: time, cgroup, pid, tid, comm. */
  readonly eventContext?: boolean;
  /** Allows `system`, `signal` and the like. */
  readonly unsafe?: boolean;
  /**
   * The script is of somebody who may see the target and nothing else: what reaches beyond it is refused, each with a diagnostic of its own
   * (`confined-…`), whatever `unsafe` says. Without a `guard`, such a script sees nothing.
   */
  readonly confined?: boolean;
  /** Overrides of the config block, by bpftrace's names: `max_strlen`, `max_map_keys`, … */
  readonly config?: Readonly<Record<string, string>>;
  /** Process that uprobes and `usym` are limited to. */
  readonly targetPid?: number;
  /** Value of the builtin `cpid`. */
  readonly childPid?: number;
  /** Bytes of the ring buffer: a power of two of at least a page. Default 4 MiB. */
  readonly ringBytes?: number;
  /** Load through BTF-typed pointers directly, where the verifier allows it. Default true. */
  readonly directLoads?: boolean;
  /** Called when a phase of the compilation starts, and with `done` at the end: for measuring them. */
  readonly onPhase?: (phase: CompilePhase) => void;
  /** Gets each program as it became bytecode, in the order of the programs, to show it: `printIr` makes text of it. */
  readonly onIr?: (program: IrProgram, index: number) => void;
}

export type CompilePhase = 'parse' | 'check' | 'lower' | 'emit' | 'done';

/** All conditions that are given must hold. */
export interface Guard {
  /** The current cgroup, or its ancestor at one of these levels, is in the map `waggle_targets`. */
  readonly cgroupLevels?: readonly number[];
  /**
   * The whole target set, where it is small and does not change while the trace runs: its ids are compared with instead of being looked up.
   * Only with `cgroupLevels`.
   */
  readonly cgroupIds?: readonly bigint[];
  /** tgids. */
  readonly pids?: readonly number[];
  /** The whole comm. */
  readonly comm?: string;
}
