import type { KubeObject } from '../api/kube-object.ts';

/** A Trace sees pods of its own namespace; a ClusterTrace sees those of all, or a whole node. */
export type TraceKind = 'Trace' | 'ClusterTrace';

/** An object of either kind. */
export interface TraceObject extends KubeObject {
  readonly spec: TraceSpec;
  readonly status?: TraceStatus;
}

export interface TraceSpec {
  readonly program: TraceProgram;
  readonly target?: TraceTarget;
  readonly options?: TraceOptions;
  /** Ends the trace; its log stays until the object is deleted. */
  readonly stopped?: boolean;
  /** Ends the trace so long after its start on each node. */
  readonly timeoutSeconds?: number;
  /** The trace ends, and is deleted, once nobody has written the heartbeat annotation for so long. */
  readonly heartbeatSeconds?: number;
  /** The object is deleted so long after the trace has ended on all nodes. */
  readonly ttlSecondsAfterFinished?: number;
}

/** Exactly one of `gadget` and `script`. */
export interface TraceProgram {
  /** A name in the catalogue. */
  readonly gadget?: string;
  /** In the bpftrace language. */
  readonly script?: string;
  /** What the script is called in diagnostics. */
  readonly name?: string;
  /** `$1`, `$2`, … */
  readonly parameters?: readonly string[];
}

/** All that is given must hold. Entries of lists may begin with `!`: all but these. */
export interface TraceTarget {
  /** Of a ClusterTrace only. */
  readonly namespaces?: readonly string[];
  readonly pods?: readonly string[];
  readonly containers?: readonly string[];
  /** `deploy/cart`, `sts/db`, … */
  readonly workloads?: readonly string[];
  readonly nodes?: readonly string[];
  /** A label selector. */
  readonly selector?: string;
  /** Everything on the node, pods or not. Of a ClusterTrace only, and then without the conditions on pods. */
  readonly host?: boolean;
}

export interface TraceOptions {
  /** Rounded up to a power of two. */
  readonly ringSizeBytes?: number;
  readonly maxStrlen?: number;
  readonly maxMapKeys?: number;
  /** How often maps are sent while the trace runs. */
  readonly mapIntervalSeconds?: number;
  /** Allows what changes things: `system`, `signal`. Of a ClusterTrace only. */
  readonly unsafe?: boolean;
}

export type TracePhase = 'Pending' | 'Running' | 'Completed' | 'Failed';

export interface TraceStatus {
  readonly phase?: TracePhase;
  readonly conditions?: readonly TraceCondition[];
  /** One a node, written by its agent. */
  readonly nodes?: readonly NodeStatus[];
}

export interface TraceCondition {
  readonly type: 'Accepted' | 'Running' | 'Completed';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
}

/**
 * - `Starting`: being compiled and attached.
 * - `Refused`: the agent does not take it: its program or target is wrong, or a limit is reached. Nothing was attached.
 * - `Failed`: it was taken and came to grief.
 */
export type NodeState = 'Starting' | 'Running' | 'Completed' | 'Failed' | 'Refused';

export interface NodeStatus {
  readonly name: string;
  readonly state: NodeState;
  readonly message?: string;
  /** Which run of the trace on this node: a stream names the same. */
  readonly run?: string;
  /** Places where the script is attached. */
  readonly probes?: number;
  /** Events; seen = kept + lost. */
  readonly seen?: number;
  readonly kept?: number;
  readonly lost?: number;
  /** RFC 3339. */
  readonly startedAt?: string;
  readonly endedAt?: string;
}
