import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Guard } from '../compile-options.ts';
import type { BlockId, VirtualRegister } from '../ir/index.ts';
import { imm, mapAddress, reg } from '../ir/index.ts';
import { INTERNAL_MAPS } from '../script/compiled-script.ts';
import { COMM_BYTES, writeCurrentComm } from './current-comm.ts';
import { pidAndTid } from './current-task.ts';
import type { ProgramState } from './program-state.ts';
import { branchOnText } from './string-compare.ts';

/** Goes to `outside` where the current task is not of the target, and on in a new block where it is. */
export function guardCurrentTask(p: ProgramState, guard: Guard, outside: BlockId): void {
  const { b } = p;
  if (guard.pids) requirePid(p, guard.pids, () => b.binary('rsh', pidAndTid(p), imm(32)), outside);
  if (guard.cgroupLevels) {
    requireCgroup(
      p,
      { levels: guard.cgroupLevels, ids: guard.cgroupIds },
      (level) => b.call(HELPER_IDS.get_current_ancestor_cgroup_id, [imm(level)]),
      outside,
    );
  }
  if (guard.comm !== undefined) {
    const comm = p.slot(COMM_BYTES, 'comm');
    writeCurrentComm(p, comm, COMM_BYTES);
    const inside = b.newBlock();
    branchOnText(p, comm, guard.comm, COMM_BYTES, inside, outside);
    b.setBlock(inside);
  }
}

/** Goes on where the pid is one of these. */
export function requirePid(
  p: ProgramState,
  pids: readonly number[],
  pid: () => VirtualRegister,
  outside: BlockId,
): void {
  const { b } = p;
  const inside = b.newBlock();
  const actual = pid();
  for (const wanted of pids) {
    const next = b.newBlock();
    b.branch('eq', actual, b.value(wanted), inside, next);
    b.setBlock(next);
  }
  b.goto(outside);
  b.setBlock(inside);
}

/** Which cgroups are the target's: those at `levels` that are in the target set, or among `ids` where that is all of it. */
export interface CgroupCondition {
  readonly levels: readonly number[];
  readonly ids: readonly bigint[] | undefined;
}

/** Goes on where a cgroup above the event's, or its own, is the target's. */
export function requireCgroup(
  p: ProgramState,
  { levels, ids }: CgroupCondition,
  idAt: (level: number) => VirtualRegister,
  outside: BlockId,
): void {
  const { b } = p;
  const inside = b.newBlock();
  for (const level of levels) {
    if (ids) branchOnIds(p, ids, idAt(level), inside);
    else branchOnTargetSet(p, idAt(level), inside, level === levels.at(-1));
  }
  b.goto(outside);
  b.setBlock(inside);
}

function branchOnIds({ b }: ProgramState, ids: readonly bigint[], actual: VirtualRegister, inside: BlockId): void {
  for (const id of ids) {
    const next = b.newBlock();
    b.branch('eq', actual, b.value(id), inside, next);
    b.setBlock(next);
  }
}

function branchOnTargetSet(p: ProgramState, actual: VirtualRegister, inside: BlockId, isLast: boolean): void {
  const { b } = p;
  p.use('targets');
  const key = p.slot(8, 'cgroup id');
  const next = b.newBlock();
  b.store(8, key, reg(actual));
  const entry = b.call(HELPER_IDS.map_lookup_elem, [mapAddress(INTERNAL_MAPS.targets), p.argument(key)]);
  b.branch('ne', entry, imm(0), inside, next, { likely: isLast ? 'otherwise' : 'then' });
  b.setBlock(next);
}
