import type { JumpOp } from '@waggle/bpf/asm';
import type { BlockId } from '../ir/index.ts';
import { imm } from '../ir/index.ts';
import type { BinaryOperation, LogicalOperation, TypedExpression } from '../typed/tree.ts';
import { constantOf } from './constant-fold.ts';
import { branchOnTarget } from './in-target.ts';
import { branchOnHasKey, lowerDelete } from './map-read.ts';
import { isVerifierPointer, plainScalar } from './pointer-provenance.ts';
import type { ProgramState } from './program-state.ts';
import { isSigned } from './scalar-type.ts';
import { branchOnCompare } from './string-compare.ts';
import { branchOnContains } from './string-contains.ts';

const UNSIGNED: Readonly<Record<string, JumpOp>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};
const SIGNED: Readonly<Record<string, JumpOp>> = { ...UNSIGNED, '<': 'slt', '<=': 'sle', '>': 'sgt', '>=': 'sge' };
/** The comparison with its sides exchanged. */
const MIRRORED: Readonly<Record<string, string>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Goes to `then` where the scalar `e` is not 0, else to `otherwise`. */
export function lowerCondition(p: ProgramState, e: TypedExpression, then: BlockId, otherwise: BlockId): void {
  const known = constantOf(e);
  if (known !== undefined) {
    p.b.goto(known === 0n ? otherwise : then);
    return;
  }
  switch (e.kind) {
    case 'logical':
      branchOnLogical(p, e, then, otherwise);
      return;
    case 'binary':
      if (MIRRORED[e.operator]) branchOnComparison(p, e, then, otherwise);
      else branchOnValue(p, e, then, otherwise);
      return;
    case 'unary':
      if (e.operator === '!') lowerCondition(p, e.operand, otherwise, then);
      else branchOnValue(p, e, then, otherwise);
      return;
    case 'cast':
      if (e.type.kind === 'bool') lowerCondition(p, e.operand, then, otherwise);
      else branchOnValue(p, e, then, otherwise);
      return;
    case 'string-compare':
      branchOnCompare(p, e, then, otherwise);
      return;
    case 'string-contains':
      branchOnContains(p, e, then, otherwise);
      return;
    case 'has-key':
      branchOnHasKey(p, e, then, otherwise);
      return;
    case 'delete':
      p.b.branch('eq', p.b.register(lowerDelete(p, e)), imm(0), then, otherwise);
      return;
    case 'in-target':
      branchOnTarget(p, e, then, otherwise);
      return;
    default:
      branchOnValue(p, e, then, otherwise);
  }
}

function branchOnLogical(p: ProgramState, e: LogicalOperation, then: BlockId, otherwise: BlockId): void {
  const second = p.b.newBlock();
  if (e.operator === '&&') lowerCondition(p, e.left, second, otherwise);
  else lowerCondition(p, e.left, then, second);
  p.b.setBlock(second);
  p.branch(() => lowerCondition(p, e.right, then, otherwise));
}

function branchOnComparison(p: ProgramState, e: BinaryOperation, then: BlockId, otherwise: BlockId): void {
  const swap = e.left.kind === 'integer';
  const [first, second, operator] = swap ? [e.right, e.left, MIRRORED[e.operator]!] : [e.left, e.right, e.operator];
  // The verifier lets a pointer be compared with 0 as it is.
  const withZero = second.kind === 'integer' && second.value === 0n;
  const left = p.b.register(withZero ? p.scalar(first) : plainScalar(p, first));
  const right = plainScalar(p, second);
  const signed = isSigned(e.left.type) && !(withZero && isVerifierPointer(p, first));
  p.b.branch((signed ? SIGNED : UNSIGNED)[operator]!, left, right, then, otherwise);
}

function branchOnValue(p: ProgramState, e: TypedExpression, then: BlockId, otherwise: BlockId): void {
  p.b.branch('ne', p.scalarRegister(e), imm(0), then, otherwise);
}
