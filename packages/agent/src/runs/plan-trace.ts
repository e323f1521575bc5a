import { type CompileOptions, nearest, SourceText } from '@waggle/bpftrace';
import { findGadget, listGadgets } from '@waggle/gadgets';
import type { PodTarget } from '@waggle/identity';
import { matchesNames, parseNameList, type TraceKind, type TraceObject, type TraceSpec } from '@waggle/kube';
import type { StreamInfo } from '@waggle/trace/stream';

/** What a node has to do for a trace, before it is compiled. */
export interface TracePlan {
  readonly info: StreamInfo;
  readonly source: SourceText;
  readonly options: CompileOptions;
  /** Absent: everything on the node. */
  readonly target?: PodTarget;
  readonly ringBytes: number;
  readonly mapIntervalMs?: number;
  /** What `cat()` and `system()` may do here. */
  readonly effects: 'none' | 'read' | 'all';
}

/** Exactly one of the two. */
export type PlannedTrace =
  | { readonly plan: TracePlan; readonly refusal?: undefined }
  | { readonly plan?: undefined; readonly refusal: string };

/** Whether a trace is any business of a node. */
export function concernsNode({ target }: TraceSpec, node: string): boolean {
  return matchesNames(parseNameList(target?.nodes ?? []), node);
}

/** Names what of a spec makes a run: where it changes, another run begins. */
export function runKey({ program, target, options }: TraceSpec): string {
  return JSON.stringify([program, target, options]);
}

/**
 * What the objects of a kind may ask for: the scripts that users write into a Trace are confined, and the target of a Trace is its own namespace
 * whatever it says. Gadgets are the catalogue's, and trusted.
 */
export function planTrace(object: TraceObject, kind: TraceKind, defaultRingBytes: number): PlannedTrace {
  const { spec, metadata } = object;
  const program = programOf(spec);
  if (program === undefined) return { refusal: unknownGadget(spec.program.gadget ?? '') };
  const { options = {} } = spec;
  const isUnsafe = kind === 'ClusterTrace' && options.unsafe === true;
  const ringBytes = powerOfTwo(options.ringSizeBytes ?? defaultRingBytes);
  const target = targetOf(object, kind);
  return {
    plan: {
      info: {
        program,
        trace: {
          ...(kind === 'Trace' && metadata.namespace !== undefined && { namespace: metadata.namespace }),
          name: metadata.name ?? '',
        },
      },
      source: new SourceText(program.gadget === undefined ? program.name : `${program.name}.bt`, program.script),
      options: {
        positionalParams: program.parameters,
        ringBytes,
        ...(kind === 'Trace' && program.gadget === undefined && { confined: true }),
        ...(isUnsafe && { unsafe: true }),
        config: {
          ...(options.maxStrlen !== undefined && { max_strlen: String(options.maxStrlen) }),
          ...(options.maxMapKeys !== undefined && { max_map_keys: String(options.maxMapKeys) }),
        },
      },
      ...(target !== undefined && { target }),
      ringBytes,
      ...(options.mapIntervalSeconds !== undefined && { mapIntervalMs: options.mapIntervalSeconds * 1000 }),
      effects: kind === 'Trace' ? 'none' : isUnsafe ? 'all' : 'read',
    },
  };
}

function programOf({ program }: TraceSpec): StreamInfo['program'] | undefined {
  const { gadget, script, name = 'script', parameters = [] } = program;
  if (gadget === undefined) return { name, script: script ?? '', parameters };
  const found = findGadget(gadget);
  return found === undefined ? undefined : { name: gadget, script: found.script, gadget, parameters };
}

function unknownGadget(name: string): string {
  const names = listGadgets().map((gadget) => gadget.name);
  const [near] = nearest(name, names, 1);
  return `the catalogue has no gadget "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

/** Of a Trace, the namespace is always its own. */
function targetOf({ spec: { target = {} }, metadata }: TraceObject, kind: TraceKind): PodTarget | undefined {
  const { host, nodes: _, namespaces, ...pods } = target;
  if (kind === 'Trace') return { ...pods, namespaces: [metadata.namespace ?? ''] };
  if (host === true) return undefined;
  return { ...pods, ...(namespaces !== undefined && { namespaces }) };
}

/** The kernel takes ring buffers of such sizes only. */
function powerOfTwo(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}
