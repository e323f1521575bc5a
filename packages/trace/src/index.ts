/**
 * The tracing engine: a script on a target of this machine, into sinks.
 */
export { Command, type CommandEnd } from './command/command.ts';
export { CommandError } from './command/command-error.ts';
export { findExecutable } from './command/find-executable.ts';
export { WorkloadCgroup } from './command/workload-cgroup.ts';
export { type Preparation, PreparedTrace, prepareTrace, type TraceRequest } from './engine/prepared-trace.ts';
export type { RunningTrace, StartOptions } from './engine/running-trace.ts';
export {
  type IdentityProblem,
  NodeIdentity,
  type NodeIdentityOptions,
  openNodeIdentity,
} from './identity/node-identity.ts';
export type { Ledger } from './ledger.ts';
export { CapabilityError } from './machine/capability-error.ts';
export { listProbes, probeArguments } from './machine/list-probes.ts';
export { MachineFacts } from './machine/machine-facts.ts';
export { requireCapabilities } from './machine/require-capabilities.ts';
export { readRecording } from './recording/read-recording.ts';
export { RecordingError } from './recording/recording-error.ts';
export { RecordingWriter } from './recording/recording-writer.ts';
export { type Schema, type SchemaField, schemaOf } from './schema.ts';
export type { AttachedInfo, EndReason, Scene, Sink, TraceEnd, TraceEvent } from './sink.ts';
export { resolvePodTarget } from './target/resolve-pod-target.ts';
export { resolveTarget } from './target/resolve-target.ts';
export { type Mortal, type ResolvedTarget, type Target, type TargetListener, WHOLE_HOST } from './target/target.ts';
export { TargetError } from './target/target-error.ts';
export { TraceError } from './trace-error.ts';
