import { HELPER_IDS, type HelperName } from '@waggle/bpf/asm';
import type { Value } from '../ir/index.ts';
import { reg } from '../ir/index.ts';
import type { ByteSwap, Choice, HelperCall, TypedExpression, VariableRead, VariableUpdate } from '../typed/tree.ts';
import { lowerArithmetic, lowerScalarCast, lowerUnary, lowerVariableUpdate } from './arithmetic.ts';
import { lowerBuiltin } from './builtin.ts';
import { constantOf } from './constant-fold.ts';
import { lowerExtract } from './extract.ts';
import { lowerIdentity } from './identity.ts';
import { lowerContextLoad, lowerScalarLoad } from './load.ts';
import { mapLength } from './map-length.ts';
import { lowerMapRead } from './map-read.ts';
import { updateMap } from './map-write.ts';
import { plainScalar } from './pointer-provenance.ts';
import type { ProgramState } from './program-state.ts';
import { isScalar } from './scalar-type.ts';
import { lowerStringLength } from './string-length.ts';
import { truthValue } from './truth-value.ts';
import { readVariable, writeVariable } from './variable.ts';

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** The value of an expression of scalar type. */
export function lowerScalar(p: ProgramState, e: TypedExpression): Value {
  const known = constantOf(e);
  if (known !== undefined) return p.b.value(BigInt.asIntN(64, known));
  switch (e.kind) {
    case 'builtin':
      return lowerBuiltin(p, e);
    case 'interned':
      return p.b.value(BigInt(p.script.numberOfText(e.value)));
    case 'identity':
      return reg(lowerIdentity(p, e));
    case 'context-load':
      return lowerContextLoad(p, e);
    case 'variable':
      return reg(readVariable(p, (e satisfies VariableRead).variable));
    case 'map':
      return lowerMapRead(p, e);
    case 'map-length':
      return reg(mapLength(p, e.map));
    case 'unary':
      return lowerUnary(p, e);
    case 'binary':
      return COMPARISONS.has(e.operator) ? truthValue(p, e) : lowerArithmetic(p, e);
    case 'choice':
      return lowerChoice(p, e);
    case 'cast':
      return isScalar(e.operand.type) ? lowerScalarCast(p, e) : lowerScalar(p, partOf(e.operand, e));
    case 'load':
      return lowerScalarLoad(p, e);
    case 'extract':
      return lowerExtract(p, e);
    case 'variable-update':
      return updateVariable(p, e);
    case 'map-update':
      return updateMap(p, e, true);
    case 'symbol':
      return plainScalar(p, e.address);
    case 'bswap':
      return swapBytes(p, e);
    case 'string-length':
      return lowerStringLength(p, e);
    case 'helper':
      return callHelper(p, e);
    case 'block-value':
      p.statements(e.statements);
      return p.scalar(e.value);
    case 'has-key':
    case 'delete':
    case 'logical':
    case 'string-compare':
    case 'string-contains':
    case 'in-target':
      return truthValue(p, e);
    default:
      throw new Error(`${e.kind} is no scalar`);
  }
}

/** Bytes in memory as a number: `(uint64)array`. */
function partOf(object: TypedExpression, e: TypedExpression): TypedExpression {
  return { kind: 'extract', object, offset: 0, type: e.type, span: e.span };
}

function lowerChoice(p: ProgramState, e: Choice): Value {
  const { b } = p;
  const result = b.newRegister();
  const [then, otherwise, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  p.condition(e.condition, then, otherwise);
  b.setBlock(then);
  p.branch(() => b.assign(result, plainScalar(p, e.then)));
  b.goto(done);
  b.setBlock(otherwise);
  p.branch(() => b.assign(result, plainScalar(p, e.otherwise)));
  b.setBlock(done);
  return reg(result);
}

function updateVariable(p: ProgramState, e: VariableUpdate): Value {
  const { old, sum } = lowerVariableUpdate(p, e, () => readVariable(p, e.variable));
  writeVariable(p, e.variable, reg(sum));
  return reg(e.gives === 'old' ? old : sum);
}

function swapBytes(p: ProgramState, e: ByteSwap): Value {
  const operand = plainScalar(p, e.operand);
  const { sizeBytes } = e.type;
  if (sizeBytes === 1) return operand;
  return reg(p.b.byteSwap(p.b.register(operand), (sizeBytes * 8) as 16 | 32 | 64));
}

function callHelper(p: ProgramState, e: HelperCall): Value {
  const args = e.args.map((arg) => p.scalar(arg));
  return reg(p.b.call(HELPER_IDS[e.helper as HelperName], args));
}
