import { type BtfTypes, findMember } from '@waggle/bpf/btf';
import type { BlockId, VirtualRegister } from '../ir/index.ts';
import { imm } from '../ir/index.ts';
import type { Span } from '../source/span.ts';
import type { InTarget, Load, TypedExpression } from '../typed/tree.ts';
import { type Type, UINT32, UINT64 } from '../types/type.ts';
import { COMM_BYTES } from './current-comm.ts';
import { guardCurrentTask, requireCgroup, requirePid } from './guard.ts';
import { zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { branchOnText } from './string-compare.ts';

/** Goes to `inside` where the current task, or the given one, is of the trace's target. */
export function branchOnTarget(p: ProgramState, e: InTarget, inside: BlockId, outside: BlockId): void {
  const { guard } = p.script.options;
  if (guard && !e.task) p.branch(() => guardCurrentTask(p, guard, outside));
  if (guard && e.task) p.branch(() => guardTask(p, e.task!, outside));
  p.b.goto(inside);
}

/** The conditions of the guard, read from the task's own structures. */
function guardTask(p: ProgramState, given: TypedExpression, outside: BlockId): void {
  const { btf } = p.script.facts;
  const guard = p.script.options.guard!;
  if (!btf) {
    p.script.diagnostics.error(
      'no-btf',
      given.span,
      "in_target(task) needs the kernel's BTF to read the task's cgroup",
    );
    return;
  }
  const task = asConstant(p, given);
  const { b } = p;
  if (guard.pids)
    requirePid(p, guard.pids, () => p.scalarRegister(member(btf, task, 'task_struct', 'tgid', UINT32)), outside);
  if (guard.cgroupLevels) {
    const cgroups = { levels: guard.cgroupLevels, ids: guard.cgroupIds };
    requireCgroup(p, cgroups, (level) => cgroupIdAt(p, btf, task, level), outside);
  }
  if (guard.comm !== undefined) {
    const comm = p.slot(COMM_BYTES, 'comm');
    zeroBytes(b, comm, COMM_BYTES);
    p.write(member(btf, task, 'task_struct', 'comm', { kind: 'string', sizeBytes: COMM_BYTES }), comm);
    const next = b.newBlock();
    branchOnText(p, comm, guard.comm, COMM_BYTES, next, outside);
    b.setBlock(next);
  }
}

/** The task in a variable, so that it is evaluated once and keeps what the verifier knows of it. */
function asConstant(p: ProgramState, task: TypedExpression): TypedExpression {
  if (task.kind === 'builtin' || task.kind === 'variable') return task;
  const variable = { name: '$task', index: -1, type: task.type, constant: true };
  p.lower.assign(p, variable, task);
  return { kind: 'variable', variable, type: task.type, span: task.span };
}

/**
 * Id of the task's cgroup, or of its ancestor at that level; 0 where it is not so deep (no cgroup has that id). The kernel's own
 * bpf_get_current_ancestor_cgroup_id does the same for the current task.
 */
function cgroupIdAt(p: ProgramState, btf: BtfTypes, task: TypedExpression, level: number): VirtualRegister {
  const { b } = p;
  const cgroup = asConstant(
    p,
    pointer(btf, pointer(btf, task, 'task_struct', 'cgroups', 'css_set'), 'css_set', 'dfl_cgrp', 'cgroup'),
  );
  const id = b.const(0);
  const [atLevel, notAt, deeper, done] = [b.newBlock(), b.newBlock(), b.newBlock(), b.newBlock()];
  const actual = p.scalarRegister(member(btf, cgroup, 'cgroup', 'level', UINT32));
  b.branch('eq', actual, imm(level), atLevel, notAt, { likely: 'then' });
  b.setBlock(atLevel);
  b.copy(p.scalarRegister(idOf(btf, cgroup)), id);
  b.goto(done);
  b.setBlock(notAt);
  b.branch('gt', actual, imm(level), deeper, done);
  b.setBlock(deeper);
  b.copy(p.scalarRegister(ancestorId(btf, cgroup, level)), id);
  b.setBlock(done);
  return id;
}

/** Linux 6.1 and later keep pointers to the ancestors, older ones their ids. */
function ancestorId(btf: BtfTypes, cgroup: TypedExpression, level: number): TypedExpression {
  const struct = structNamed(btf, 'cgroup');
  const pointers = findMember(btf, struct, 'ancestors');
  const ids = pointers ?? findMember(btf, struct, 'ancestor_ids');
  if (!ids) throw new Error("this kernel's BTF has no ancestors of a cgroup");
  const offset = ids.offsetBits / 8 + level * 8;
  // Elements of a flexible array are nothing that the verifier follows: not a member "as BTF has it".
  const element = load(cgroup, offset, pointers ? pointerTo(btf, 'cgroup') : UINT64, cgroup.span, false);
  return pointers ? idOf(btf, element) : element;
}

function idOf(btf: BtfTypes, cgroup: TypedExpression): TypedExpression {
  return member(btf, pointer(btf, cgroup, 'cgroup', 'kn', 'kernfs_node'), 'kernfs_node', 'id', UINT64);
}

/** A member that points to a struct. */
function pointer(btf: BtfTypes, object: TypedExpression, struct: string, path: string, to: string): Load {
  return member(btf, object, struct, path, pointerTo(btf, to));
}

function member(btf: BtfTypes, object: TypedExpression, struct: string, path: string, type: Type): Load {
  const place = findMember(btf, structNamed(btf, struct), path);
  if (!place) throw new Error(`this kernel's BTF has no ${struct}.${path}`);
  return load(object, place.offsetBits / 8, type, object.span, true);
}

function load(address: TypedExpression, offset: number, type: Type, span: Span, btf: boolean): Load {
  return { kind: 'load', address, offset, space: 'kernel', type, span, ...(btf && { btf }) };
}

function pointerTo(btf: BtfTypes, struct: string): Type {
  const btfId = structNamed(btf, struct);
  const to = { kind: 'struct', union: false, name: struct, sizeBytes: btf.sizeOf(btfId), btfId } as const;
  return { kind: 'pointer', to, space: 'kernel' };
}

function structNamed(btf: BtfTypes, name: string): number {
  const struct = btf.find(name, 'struct');
  if (!struct) throw new Error(`this kernel's BTF has no struct ${name}`);
  return struct.id;
}
