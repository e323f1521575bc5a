import type { Refusal } from './refusal.ts';

/**
 * The rules of confinement: what a script of somebody who may see one target could use to see more. Which part of the language falls under which is
 * said by the tables of `name-verdicts.ts`, `probe-verdicts.ts` and `admitted-events.ts`, and for values by `confine-values.ts`.
 */
export const RULES = {
  /** Structs of the kernel lead from any task to any other. */
  kernelMemory: {
    code: 'confined-kernel-memory',
    message: '% reads memory of the kernel beyond the arguments of the probe',
    hint: 'a confined script reads the arguments of its probes, and memory of the process',
  },
  /** Their values tell where the kernel is (KASLR), and they are there to be followed. */
  kernelPointer: {
    code: 'confined-kernel-pointer',
    message: '% is a pointer into the kernel, which a confined script may not have',
    hint: 'pid, tid, comm, uid, gid and cgroup say who the task is; a gadget of the catalogue may read more of it',
  },
  kernelAddress: {
    code: 'confined-kernel-address',
    message: '% tells addresses of the kernel',
    hint: 'kstack shows functions of the kernel by name',
  },
  /** In the kernel they hold its pointers, and any function may have been interrupted. */
  registers: {
    code: 'confined-registers',
    message: '% gives what is in a register, perhaps a pointer of the kernel',
    hint: 'use args of a tracepoint, and ustack',
  },
  context: {
    code: 'confined-context',
    message: '% is the raw context of the probe, in memory of the kernel',
    hint: 'use args',
  },
  /** It takes the place of the guard. */
  inTarget: {
    code: 'confined-in-target',
    message: '% would take the place of the filter in front of the probe, which a confined script cannot do without',
    hint: 'leave it out: a confined script sees events of its target only',
  },
  /** begin and end are run by waggle, an interval by whoever is on that CPU. */
  noTask: {
    code: 'confined-no-task',
    message: '% is that of a task which is not of the target: begin, end and interval run outside of it',
    hint: 'keep it in a map, in a probe that the target runs into',
  },
  /** The parent of a container's first process is the runtime. */
  otherTask: {
    code: 'confined-other-task',
    message: '% tells of a process that may be outside of the target',
    hint: 'a gadget of the catalogue shows parents',
  },
  hostFile: {
    code: 'confined-host-file',
    message: '% reads files of the node',
    hint: 'read the file in the container',
  },
  hostNames: {
    code: 'confined-host-names',
    message: '% asks the node for names that are not of the target',
    hint: 'uid is the number; cgroup_path(cgroup) the path of the task itself',
  },
  unsafe: {
    code: 'confined-unsafe',
    message: '% changes what it traces, or the node',
    hint: 'a confined script only looks',
  },
  probeKind: {
    code: 'confined-probe',
    message: 'probes of kind % are not for confined scripts',
    hint: 'tracepoints, rawtracepoints, profile, software, interval, begin and end are',
  },
  /**
   * A breakpoint is in the file, and so in every process of the node that runs it: those of other containers too, which share the layers of images.
   * And the path is one of the node: whether it is there, and what is in it, would be told to whoever asks.
   */
  userProbe: {
    code: 'confined-user-probe',
    message: '% puts a breakpoint into a file of the node, for all processes that run it',
    hint: 'trace the system calls of the process, or sample its stacks with profile',
  },
  /** Functions run in interrupts too, whose current task is anybody; their arguments are pointers. */
  kernelFunction: {
    code: 'confined-kernel-function',
    message: '% may run for anybody: the current task is not always the one that the kernel works for',
    hint: 'use a tracepoint of a system call, or a gadget of the catalogue',
  },
  iterator: {
    code: 'confined-iterator',
    message: '% walks through objects of the whole node',
    hint: 'a gadget of the catalogue shows those of the target',
  },
  event: {
    code: 'confined-event',
    message: '% may tell of others than the current task',
    hint: 'confined scripts have the tracepoints of system calls, and some of tasks, signals and page faults',
  },
  /** All that a node has of memory and time is shared. */
  limit: {
    code: 'confined-limit',
    message: '%',
    hint: 'use smaller maps, or fewer',
  },
  loop: {
    code: 'confined-loop',
    message: '%',
    hint: 'a bound that is a literal number will do, as in for $i : 0..16 { if ($i >= $n) { break; } }',
  },
  rate: {
    code: 'confined-rate',
    message: '%',
    hint: 'as in profile:hz:99 and interval:s:1',
  },
} as const satisfies Readonly<Record<string, Refusal>>;
