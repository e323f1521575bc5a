/**
 * Tracepoints whose current task is the one that they tell of, and whose arguments are that task's own, those of a child that it makes, or memory of its
 * process. All others are refused. Some that look harmless, and are not:
 *
 * | events                                    | why not |
 * | ----------------------------------------- | ------- |
 * | `sched_switch`, `sched_wakeup`, `sched_waking`, `sched_migrate_task`, `sched_stat_*` | the other task, or the one of another CPU |
 * | `sched_process_free`                      | called back later, in an interrupt |
 * | `signal_generate`                         | timers send signals in interrupts; the receiver may be anybody |
 * | `oom:*`                                   | the victim is another one |
 * | `page_fault_kernel`                       | addresses of the kernel |
 * | `sock`, `tcp`, `udp`, `skb`, `net`, `napi` | packets arrive in interrupts |
 * | `block`, `irq`, `timer`, `workqueue`, `kmem`, `lock`, `rcu` | the same, and pointers of the kernel |
 * | `writeback`, `vmscan`, `filemap`, `ext4`, … | memory is reclaimed from anybody, by whoever needs it |
 * | `cgroup`                                  | paths of any cgroup |
 */
const EVENTS = {
  // Entered and left by the task itself; pointers are its own.
  sys_enter: 'raw_syscalls',
  sys_exit: 'raw_syscalls',
  // A system call that executes, forks or exits.
  sched_process_exec: 'sched',
  sched_process_exit: 'sched',
  sched_process_fork: 'sched',
  task_newtask: 'task',
  // A thread is named by its own process only (comm_write, fs/proc/base.c).
  task_rename: 'task',
  // On the way back to the process that gets it.
  signal_deliver: 'signal',
  // By the process: with the kernel's own, `page_fault_kernel`, it has the handler in common only.
  page_fault_user: 'exceptions',
} as const;

/** One for each system call, and the way out of it. */
const SYSTEM_CALLS = 'syscalls';

/** @param category undefined for raw tracepoints, which are named by their event alone. */
export function isAdmittedEvent(category: string | undefined, event: string): boolean {
  if (category === SYSTEM_CALLS) return true;
  const known = Object.hasOwn(EVENTS, event) ? EVENTS[event as keyof typeof EVENTS] : undefined;
  return known !== undefined && (category === undefined || category === known);
}

/** For tests: what is on the list. */
export const ADMITTED_EVENTS: readonly string[] = Object.entries(EVENTS).map(
  ([event, category]) => `${category}:${event}`,
);
