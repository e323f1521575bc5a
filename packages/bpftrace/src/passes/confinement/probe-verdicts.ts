import type { Provider } from '../probes/provider.ts';
import type { Refusal } from './refusal.ts';
import { RULES } from './rules.ts';

/**
 * Probes of a kind as a confined script sees them:
 *
 * - `of-the-target`: the guard in front of the probe knows whose event it is: the current task's.
 * - `of-nobody`: run by waggle, or by whoever is on the CPU; there is no guard, so nothing of the task may be seen.
 * - `by-event`: it depends on the event, see `admitted-events.ts`.
 */
type ProbeVerdict = 'of-the-target' | 'of-nobody' | 'by-event' | Refusal;

/** A new kind of probe does not compile before it is here. */
export const PROBE_VERDICTS: Readonly<Record<Provider, ProbeVerdict>> = {
  begin: 'of-nobody',
  end: 'of-nobody',
  interval: 'of-nobody',
  // The clock interrupts the current task. The kernel may work for somebody else in that moment, which only names of functions in kstack can tell.
  profile: 'of-the-target',
  // Page faults, switches and migrations of the current task, clocks; they have no arguments.
  software: 'of-the-target',
  tracepoint: 'by-event',
  rawtracepoint: 'by-event',
  kprobe: RULES.kernelFunction,
  kretprobe: RULES.kernelFunction,
  fentry: RULES.kernelFunction,
  fexit: RULES.kernelFunction,
  uprobe: RULES.userProbe,
  uretprobe: RULES.userProbe,
  usdt: RULES.userProbe,
  iter: RULES.iterator,
  hardware: RULES.probeKind,
  watchpoint: RULES.probeKind,
  asyncwatchpoint: RULES.probeKind,
  self: RULES.probeKind,
  test: RULES.probeKind,
  bench: RULES.probeKind,
};
