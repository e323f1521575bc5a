import { findMember } from '@waggle/bpf/btf';
import type { Address } from '../ir/index.ts';
import { at } from '../ir/index.ts';
import type { TypedExpression } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { COMM_BYTES } from './current-comm.ts';
import { withPointer } from './load.ts';
import { copyBytes, zeroBytes } from './memory.ts';
import { isTrusted, structOf } from './pointer-provenance.ts';
import type { ProgramState } from './program-state.ts';

/**
 * Copies `task->comm` by two loads, where the task is a trusted pointer; false where `e` is anything else. Strings in the kernel may
 * have garbage behind their NUL, and so are read by a helper. This one, the one that scripts read most, has had zeros there since
 * Linux 5.17 (__set_task_comm, fs/exec.c).
 */
export function copyTaskComm(p: ProgramState, e: TypedExpression, to: Address): boolean {
  if (e.kind !== 'load' || !e.btf || !isTaskComm(p, e.address, e.offset) || layoutOf(e.type).sizeBytes !== COMM_BYTES)
    return false;
  withPointer(
    p,
    e.address,
    (task) => copyBytes(p.b, to, at(task, e.offset), COMM_BYTES),
    () => zeroBytes(p.b, to, COMM_BYTES),
  );
  return true;
}

function isTaskComm(p: ProgramState, address: TypedExpression, offset: number): boolean {
  const { btf } = p.script.facts;
  const struct = structOf(address.type);
  if (!btf || struct === undefined || !p.script.kernelHas(5, 17) || !isTrusted(p, address)) return false;
  const type = btf.type(struct);
  return (
    type.kind === 'struct' && type.name === 'task_struct' && findMember(btf, struct, 'comm')?.offsetBits === offset * 8
  );
}
