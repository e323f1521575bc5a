import type { Block, BlockId, IrFunction, IrInstruction, Terminator, Value, VirtualRegister } from '../../ir/ir.ts';
import { definitionOf } from '../../ir/operands.ts';
import { foldBinary, foldComparison, foldExtend } from './fold.ts';

/** A block that decides is copied to where its decision is known already, if it is no longer than this. */
const MAX_COPIED = 4;

/**
 * Where a block sets what the next one tests, it jumps straight to the result: `x = 1; goto j; j: branch x ne 0 …` needs
 * no test, and mostly no `x` either. This is what becomes of comparisons, `&&` and `||` that are computed as values and then tested.
 */
export function threadJumps(fn: IrFunction): IrFunction {
  const byId = new Map(fn.blocks.map((block) => [block.id, block]));
  const blocks = fn.blocks.map((block) => {
    const { terminator } = block;
    if (terminator.kind === 'goto') return threadGoto(block, terminator, byId);
    if (terminator.kind !== 'branch') return block;
    const threaded = threadBranch(terminator, byId);
    return threaded === terminator ? block : { ...block, terminator: threaded };
  });
  return blocks.every((block, index) => block === fn.blocks[index]) ? fn : { ...fn, blocks };
}

function threadGoto(block: Block, terminator: Terminator & { kind: 'goto' }, byId: ReadonlyMap<BlockId, Block>): Block {
  const next = byId.get(terminator.target)!;
  if (next === block || next.terminator.kind !== 'branch' || next.instructions.length > MAX_COPIED) return block;
  const target = decide(next.terminator, evaluate(block.instructions, next.instructions));
  if (target === undefined) return block;
  return {
    ...block,
    instructions: [...block.instructions, ...next.instructions],
    terminator: { ...terminator, target },
  };
}

/** `branch x eq 7 then j …; j: branch x gt 3 …`: the way to `j` knows x. */
function threadBranch(terminator: Terminator & { kind: 'branch' }, byId: ReadonlyMap<BlockId, Block>): Terminator {
  const { op, bits, left, right } = terminator;
  if (bits !== 64 || right.kind !== 'immediate' || (op !== 'eq' && op !== 'ne')) return terminator;
  const constants = new Map([[left, BigInt.asUintN(64, BigInt(right.value))]]);
  const target = op === 'eq' ? terminator.then : terminator.otherwise;
  const next = byId.get(target)!;
  if (next.instructions.length > 0 || next.terminator.kind !== 'branch') return terminator;
  const beyond = decide(next.terminator, constants);
  if (beyond === undefined) return terminator;
  return op === 'eq' ? { ...terminator, then: beyond } : { ...terminator, otherwise: beyond };
}

/** What is constant behind `before` and `after`, where `after` has no effect but on registers; else nothing is. */
function evaluate(
  before: readonly IrInstruction[],
  after: readonly IrInstruction[],
): ReadonlyMap<VirtualRegister, bigint> {
  const constants = new Map<VirtualRegister, bigint>();
  for (const insn of before) step(constants, insn);
  for (const insn of after) {
    if (!isArithmetic(insn)) return new Map();
    step(constants, insn);
  }
  return constants;
}

function isArithmetic(insn: IrInstruction): boolean {
  return insn.kind === 'const' || insn.kind === 'copy' || insn.kind === 'binary' || insn.kind === 'extend';
}

function step(constants: Map<VirtualRegister, bigint>, insn: IrInstruction): void {
  const dst = definitionOf(insn);
  if (dst === undefined) return;
  const value = fold(constants, insn);
  if (value === undefined) constants.delete(dst);
  else constants.set(dst, value);
}

function fold(constants: ReadonlyMap<VirtualRegister, bigint>, insn: IrInstruction): bigint | undefined {
  switch (insn.kind) {
    case 'const':
      return BigInt.asUintN(64, insn.value);
    case 'copy':
      return constants.get(insn.src);
    case 'extend': {
      const value = constants.get(insn.src);
      return value === undefined ? undefined : foldExtend(value, insn.bits, insn.signed);
    }
    case 'binary': {
      const left = constants.get(insn.left);
      const right = constantOf(constants, insn.right);
      return left === undefined || right === undefined ? undefined : foldBinary(insn.op, insn.bits, left, right);
    }
    default:
      return undefined;
  }
}

function decide(
  { op, bits, left, right, then, otherwise }: Terminator & { kind: 'branch' },
  constants: ReadonlyMap<VirtualRegister, bigint>,
): BlockId | undefined {
  const a = constants.get(left);
  const b = constantOf(constants, right);
  if (a === undefined || b === undefined) return undefined;
  return foldComparison(op, bits, a, b) ? then : otherwise;
}

function constantOf(constants: ReadonlyMap<VirtualRegister, bigint>, value: Value): bigint | undefined {
  return value.kind === 'register' ? constants.get(value.register) : BigInt.asUintN(64, BigInt(value.value));
}
