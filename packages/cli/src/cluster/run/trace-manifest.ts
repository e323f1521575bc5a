import { randomInt } from 'node:crypto';
import {
  CLUSTER_TRACES,
  HEARTBEAT_ANNOTATION,
  parseTraceSpec,
  type ResourceType,
  TRACES,
  type TraceKind,
  type TraceObject,
  type TraceSpec,
  WAGGLE_API_VERSION,
} from '@waggle/kube';
import type { ProgramSource } from '../../commands/run/program-source.ts';
import { UsageError } from '../../usage-error.ts';
import type { TraceScope } from '../target/trace-target.ts';

export interface TraceManifestOptions {
  readonly traceName?: string;
  /** Nobody watches it: it runs until it is stopped. */
  readonly detach?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Milliseconds. */
  readonly interval?: number;
  readonly ringSize?: number;
  readonly maxStrlen?: number;
  readonly unsafe?: boolean;
}

/** An interactive trace ends so long after the last sign of life of whoever started it. */
export const HEARTBEAT_SECONDS = 30;

/**
 * The object that a command line asks for: a Trace in a namespace, or a ClusterTrace.
 *
 * @throws UsageError where it would be refused in any cluster
 */
export function traceManifest(program: ProgramSource, scope: TraceScope, options: TraceManifestOptions): TraceObject {
  const { namespace } = scope;
  const kind: TraceKind = namespace === undefined ? 'ClusterTrace' : 'Trace';
  const parsed = parseTraceSpec(traceSpec(program, scope, options), kind);
  if (parsed.problems !== undefined) {
    const [first, ...more] = parsed.problems.map(({ path, message }) => `${path}: ${message}`);
    throw new UsageError([first, ...more].join('\n  '));
  }
  return {
    apiVersion: WAGGLE_API_VERSION,
    kind,
    metadata: {
      name: options.traceName ?? `${nameStem(program)}-${suffix()}`,
      ...(namespace !== undefined && { namespace }),
      ...(!options.detach && { annotations: { [HEARTBEAT_ANNOTATION]: new Date().toISOString() } }),
    },
    spec: parsed.spec,
  };
}

/** Where the API server has objects of this kind. */
export function traceTypeOf({ kind }: TraceObject): ResourceType {
  return kind === 'ClusterTrace' ? CLUSTER_TRACES : TRACES;
}

function traceSpec(
  program: ProgramSource,
  { target, parameters }: TraceScope,
  options: TraceManifestOptions,
): TraceSpec {
  const { source, gadget, isFromCatalogue } = program;
  const numbers = {
    ...(options.ringSize !== undefined && { ringSizeBytes: options.ringSize }),
    ...(options.maxStrlen !== undefined && { maxStrlen: options.maxStrlen }),
    ...(options.interval !== undefined && { mapIntervalSeconds: wholeSeconds(options.interval) }),
    ...(options.unsafe && { unsafe: true }),
  };
  return {
    program: {
      ...(isFromCatalogue ? { gadget: gadget.name } : { script: source.text, name: source.name }),
      ...(parameters.length > 0 && { parameters }),
    },
    ...(Object.keys(target).length > 0 && { target }),
    ...(Object.keys(numbers).length > 0 && { options: numbers }),
    ...(options.timeout !== undefined && { timeoutSeconds: wholeSeconds(options.timeout) }),
    ...(!options.detach && { heartbeatSeconds: HEARTBEAT_SECONDS }),
  };
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

/** What a generated name begins with: the gadget, or the script's file. */
function nameStem({ gadget, source, isFromCatalogue }: ProgramSource): string {
  const name = isFromCatalogue ? gadget.name : source.name.replace(/^.*\//, '').replace(/\.bt$/, '');
  const stem = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return stem === '' || stem === 'e' ? 'script' : stem;
}

/** As Kubernetes' own generated names: no vowels, so no words; no digits that look like letters. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

function suffix(): string {
  return Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
