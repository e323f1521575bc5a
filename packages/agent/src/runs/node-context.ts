import type { Compile } from '@waggle/bpftrace';
import type { MachineFacts, NodeIdentity } from '@waggle/trace';
import type { RunLimits } from './run-limits.ts';

/** What all traces of a node share. */
export interface NodeContext {
  readonly node: string;
  readonly facts: MachineFacts;
  readonly identity: NodeIdentity;
  readonly limits: RunLimits;
  /** Remembers what it has compiled: gadgets are traced with again and again. */
  readonly compileGadget: Compile;
  /** A trace is about to be compiled. */
  readonly onStart: () => void;
  /** Something was thrown that nobody expects. */
  readonly onDefect: (error: unknown) => void;
}
