/** What the optimiser may assume of a helper; of one that is not listed, the worst. */
export interface HelperEffects {
  /** The same result whenever it is called in one run of a program: the second call is the first one's result. */
  readonly constantInRun?: boolean;
  /** Nothing but its result: a call whose result is not read goes. */
  readonly pure?: boolean;
  /** Arguments through which it only reads. */
  readonly reads?: readonly number[];
  /** It reads nothing behind argument `pointer`, and writes all of the `size` bytes there (the number in argument `size`). */
  readonly fills?: { readonly pointer: number; readonly size: number };
}

const CONSTANT: HelperEffects = { constantInRun: true, pure: true };

/** By number (enum bpf_func_id); the program cannot be moved to another task or CPU while it runs. */
const EFFECTS: Readonly<Record<number, HelperEffects>> = {
  /* map_lookup_elem */ 1: { reads: [1] },
  /* map_update_elem */ 2: { reads: [1, 2] },
  /* map_delete_elem */ 3: { reads: [1] },
  /* probe_read */ 4: { fills: { pointer: 0, size: 1 } },
  /* ktime_get_ns */ 5: { pure: true },
  /* get_prandom_u32 */ 7: { pure: true },
  /* get_smp_processor_id */ 8: CONSTANT,
  /* get_current_pid_tgid */ 14: CONSTANT,
  /* get_current_uid_gid */ 15: CONSTANT,
  // get_current_comm (16) is not listed: until Linux 6.4 it leaves what is behind the NUL.
  /* perf_event_output */ 25: { reads: [3] },
  /* get_current_task */ 35: CONSTANT,
  /* get_numa_node_id */ 42: CONSTANT,
  /* get_current_cgroup_id */ 80: CONSTANT,
  /* probe_read_user */ 112: { fills: { pointer: 0, size: 1 } },
  /* probe_read_kernel */ 113: { fills: { pointer: 0, size: 1 } },
  /* jiffies64 */ 118: { pure: true },
  /* get_current_ancestor_cgroup_id */ 123: CONSTANT,
  /* ktime_get_boot_ns */ 125: { pure: true },
  /* ringbuf_output */ 130: { reads: [1] },
  /* get_current_task_btf */ 158: CONSTANT,
  /* ktime_get_coarse_ns */ 160: { pure: true },
  /* get_func_ip */ 173: CONSTANT,
  /* strncmp */ 182: { pure: true, reads: [0, 2] },
  /* ktime_get_tai_ns */ 208: { pure: true },
};

const UNKNOWN: HelperEffects = {};

export function effectsOf(helper: number): HelperEffects {
  return EFFECTS[helper] ?? UNKNOWN;
}
