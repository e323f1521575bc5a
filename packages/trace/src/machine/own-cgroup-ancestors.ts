import { BpfMap, loadProgram } from '@waggle/bpf';
import * as asm from '@waggle/bpf/asm';
import type { MapSpec, ProgramSpec } from '@waggle/bpf/spec';

/** Deeper than any runtime nests: nodes in containers in pods. */
const MAX_LEVELS = 24;

const IDS: MapSpec = { name: 'ids', type: 'array', keySize: 4, valueSize: 8 * MAX_LEVELS, maxEntries: 1 };

/** ids[level] = bpf_get_current_ancestor_cgroup_id(level): 0 where this process is not so deep. */
const ASK: ProgramSpec = {
  name: 'ancestors',
  type: 'raw-tracepoint',
  attach: { kind: 'test-run' },
  license: 'GPL',
  instructions: [
    asm.loadMapValue(6, IDS.name),
    ...Array.from({ length: MAX_LEVELS }, (_, level) => [
      asm.mov64Imm(1, level),
      asm.callHelper('get_current_ancestor_cgroup_id'),
      asm.stx(8, 6, 8 * level, 0),
    ]).flat(),
    asm.mov64Imm(0, 0),
    asm.exit(),
  ],
};

/**
 * Ids of the cgroups that this process is in, from the root of the whole tree down to its own, as BPF programs count them. Files do not tell:
 * in a cgroup namespace, paths begin somewhere further down.
 *
 * @throws VerifierError, SyscallError
 */
export function ownCgroupAncestors(): bigint[] {
  using ids = BpfMap.create(IDS);
  using program = loadProgram(ASK, { maps: new Map([[IDS.name, ids]]) });
  program.testRun();
  const value = ids.lookup(Buffer.alloc(4))!;
  const all = Array.from({ length: MAX_LEVELS }, (_, level) => value.readBigUInt64LE(8 * level));
  const end = all.indexOf(0n);
  return end < 0 ? all : all.slice(0, end);
}
