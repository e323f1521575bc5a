import type { MapSpec } from '@waggle/bpf/spec';
import type { IrProgram } from '../ir/index.ts';
import { type Action, type CompiledScript, GLOBALS, INTERNAL_MAPS, LEDGER } from '../script/compiled-script.ts';
import { roundUp } from '../types/layout.ts';
import { requireHelpers } from './helper-requirements.ts';
import { lowerProgram } from './lower-program.ts';
import { mapSpecOf } from './script-map.ts';
import { type InternalMap, type ScriptState, stackMapName } from './script-state.ts';

/** Memory of the ring is locked: enough for 40,000 records of 100 bytes while the reader is away. */
const RING_BYTES = 4 << 20;
/** Bytes of stacks that a stack map may hold. */
const STACK_BYTES = 8 << 20;
const MAX_STACKS = 1 << 16;
/** Cgroups that a target may consist of. */
const MAX_TARGETS = 16_384;
/** Cgroups of containers and pods, and of what else runs on a machine. */
const MAX_IDENTITIES = 16_384;
/** Entries are made when they are needed. Before Linux 6.1, programs of perf events take maps of preallocated entries only. */
const BPF_F_NO_PREALLOC = 1;

/** The script's programs, in the order of its probes. */
export function lowerScript(script: ScriptState): IrProgram[] {
  const { onStackLimit } = script.typed.config;
  return script.typed.probes.map((probe, index) => {
    const program = lowerProgram(script, probe, index, onStackLimit);
    if (!script.diagnostics.hasErrors) requireHelpers(script, probe, program);
    return program;
  });
}

/** Everything of the compiled script but its programs. To be asked once they are all lowered. */
export function describeScript(script: ScriptState): Omit<CompiledScript, 'programs'> {
  const actions: readonly Action[] = script.actions;
  return {
    maps: script.typed.maps.map((symbol) => script.map(symbol)),
    mapSpecs: [...scriptMapSpecs(script), ...internalMapSpecs(script), ...stackMapSpecs(script)],
    actions,
    stackMaps: [...script.stackLimits].map((limit) => ({ limit, map: stackMapName(limit) })),
    printMapsOnExit: script.typed.config.printMapsOnExit,
    ...(script.identity && { identity: script.identity }),
  };
}

function scriptMapSpecs(script: ScriptState): MapSpec[] {
  const onDemand = script.kernelHas(6, 1);
  return script.typed.maps.map((symbol) => mapSpecOf(symbol, script.map(symbol), onDemand));
}

function internalMapSpecs(script: ScriptState): MapSpec[] {
  const flags = script.kernelHas(6, 1) ? BPF_F_NO_PREALLOC : 0;
  const specs: Readonly<Record<InternalMap, MapSpec>> = {
    ring: {
      name: INTERNAL_MAPS.ring,
      type: 'ringbuf',
      keySize: 0,
      valueSize: 0,
      maxEntries: script.options.ringBytes ?? RING_BYTES,
    },
    globals: { name: INTERNAL_MAPS.globals, type: 'array', keySize: 4, valueSize: GLOBALS.sizeBytes, maxEntries: 1 },
    ledger: {
      name: INTERNAL_MAPS.ledger,
      type: 'percpu-array',
      keySize: 4,
      valueSize: LEDGER.sizeBytes,
      maxEntries: 1,
    },
    scratch: {
      name: INTERNAL_MAPS.scratch,
      type: 'percpu-array',
      keySize: 4,
      valueSize: roundUp(Math.max(script.scratchBytes, 8), 8),
      maxEntries: script.typed.probes.length,
    },
    targets: {
      name: INTERNAL_MAPS.targets,
      type: 'hash',
      keySize: 8,
      valueSize: 1,
      maxEntries: MAX_TARGETS,
      flags,
    },
    identities: {
      name: INTERNAL_MAPS.identities,
      type: 'hash',
      keySize: 8,
      valueSize: script.identity?.valueBytes ?? 4,
      maxEntries: MAX_IDENTITIES,
      flags,
    },
  };
  return (Object.keys(specs) as InternalMap[]).filter((map) => script.usedMaps.has(map)).map((map) => specs[map]);
}

function stackMapSpecs(script: ScriptState): MapSpec[] {
  return [...script.stackLimits].map((limit) => {
    const valueSize = limit * 8;
    const fitting = 2 ** Math.floor(Math.log2(STACK_BYTES / valueSize));
    return {
      name: stackMapName(limit),
      type: 'stack-trace',
      keySize: 4,
      valueSize,
      maxEntries: Math.min(fitting, MAX_STACKS),
    };
  });
}
