import type { Address } from '../ir/index.ts';
import { stringBytes } from '../syntax/string-bytes.ts';
import type { Cast, Extract, TypedExpression } from '../typed/tree.ts';
import { layoutOf, offsetsOf } from '../types/layout.ts';
import type { Type } from '../types/type.ts';
import { accessSize, behind, mapValue } from './address.ts';
import { writeBufferOf } from './buffer-of.ts';
import { isPadded } from './bytes-type.ts';
import { writeCurrentComm } from './current-comm.ts';
import { isStringSource, readBufferBytes } from './dynamic-field.ts';
import { extractBytes, extractPlace } from './extract.ts';
import { lowerBytesLoad } from './load.ts';
import { readMapBytes } from './map-read.ts';
import { copyBytes, storeBytes, zeroBytes } from './memory.ts';
import { writeNetworkAddress } from './network-address.ts';
import type { ProgramState } from './program-state.ts';
import { copyString, readString } from './read-string.ts';
import { isScalar, scalarSize } from './scalar-type.ts';
import { writeStack } from './stack.ts';
import { writeUserSymbol } from './symbol.ts';
import { copyTaskComm } from './task-comm.ts';

/** See `Lowerings.write`. */
export function writeValue(p: ProgramState, e: TypedExpression, to: Address): void {
  if (isScalar(e.type)) {
    p.b.store(scalarSize(e.type), to, p.scalar(e));
    return;
  }
  writeBytes(p, e, to, true);
}

/** As `writeValue`, but does not clear what is behind the NUL of a large string: good enough for variables. */
export function writeLoose(p: ProgramState, e: TypedExpression, to: Address): void {
  writeBytes(p, e, to, isPadded(e.type));
}

/** See `Lowerings.bytes`. */
export function placeOf(p: ProgramState, e: TypedExpression): Address {
  switch (e.kind) {
    case 'variable': {
      const home = p.home(e.variable);
      if (home.kind === 'memory') return home.address;
      break;
    }
    case 'extract':
      if (!e.index) return extractPlace(p, e);
      break;
    case 'map':
      if (!e.key && p.script.map(e.map).storage === 'value') return mapValue(p.b, p.script.map(e.map).spec);
      break;
    case 'block-value': {
      p.statements(e.statements);
      return p.bytes(e.value);
    }
    default:
  }
  const place = p.temporary(layoutOf(e.type).sizeBytes, e.kind);
  if (isScalar(e.type)) writeValue(p, e, place);
  else writeLoose(p, e, place);
  return place;
}

function writeBytes(p: ProgramState, e: TypedExpression, to: Address, padded: boolean): void {
  const { sizeBytes } = layoutOf(e.type);
  if (copyTaskComm(p, e, to)) return;
  if (isStringSource(e)) {
    readString(p, e, to, { sizeBytes, padded });
    return;
  }
  switch (e.kind) {
    case 'string':
      storeBytes(
        p.b,
        to,
        stringBytes(e.value).subarray(0, sizeBytes - 1),
        padded ? sizeBytes : stringBytes(e.value).length + 1,
      );
      return;
    case 'bytes':
      storeBytes(p.b, to, e.value, sizeBytes);
      return;
    case 'builtin':
      writeCurrentComm(p, to, sizeBytes);
      return;
    case 'map':
      readMapBytes(p, e, to);
      return;
    case 'choice':
      writeChoice(p, e, to, padded);
      return;
    case 'cast':
      writeCast(p, e, to);
      return;
    case 'load':
      lowerBytesLoad(p, e, to);
      return;
    case 'extract':
      if (e.index) extractBytes(p, e, to);
      else copyValue(p, e.type, to, extractPlace(p, e), padded);
      return;
    case 'tuple':
      writeParts(p, e.elements, to, sizeBytes);
      return;
    case 'record':
      writeParts(p, e.fields, to, sizeBytes);
      return;
    case 'read-buffer':
      zeroBytes(p.b, to, sizeBytes);
      p.b.store(4, to, {
        kind: 'register',
        register: readBufferBytes(p, e, sizeBytes - 4, () => p.argument(behind(to, 4))),
      });
      return;
    case 'buffer-of':
      writeBufferOf(p, e, to);
      return;
    case 'stack':
      writeStack(p, e, to);
      return;
    case 'symbol':
      writeUserSymbol(p, e, to);
      return;
    case 'ntop':
      writeNetworkAddress(p, e, to);
      return;
    case 'block-value':
      p.statements(e.statements);
      writeBytes(p, e.value, to, padded);
      return;
    default:
      copyValue(p, e.type, to, p.bytes(e), padded);
  }
}

function copyValue(p: ProgramState, type: Type, to: Address, from: Address, padded: boolean): void {
  const { sizeBytes } = layoutOf(type);
  if (isPadded(type)) copyBytes(p.b, to, from, sizeBytes);
  else copyString(p, to, from, { sizeBytes, padded });
}

function writeChoice(p: ProgramState, e: ExpressionOf<'choice'>, to: Address, padded: boolean): void {
  const { b } = p;
  const [then, otherwise, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  p.condition(e.condition, then, otherwise);
  b.setBlock(then);
  p.branch(() => writeBytes(p, e.then, to, padded));
  b.goto(done);
  b.setBlock(otherwise);
  p.branch(() => writeBytes(p, e.otherwise, to, padded));
  b.setBlock(done);
}

type ExpressionOf<K extends TypedExpression['kind']> = TypedExpression & { readonly kind: K };

/** Elements in their order, and zeros between and behind them. */
function writeParts(p: ProgramState, parts: readonly TypedExpression[], to: Address, sizeBytes: number): void {
  const offsets = offsetsOf(parts.map((part) => part.type));
  let end = 0;
  parts.forEach((part, i) => {
    const offset = offsets[i]!;
    zeroBytes(p.b, behind(to, end), offset - end);
    p.write(part, behind(to, offset));
    end = offset + layoutOf(part.type).sizeBytes;
  });
  zeroBytes(p.b, behind(to, end), sizeBytes - end);
}

function writeCast(p: ProgramState, e: Cast, to: Address): void {
  const { sizeBytes } = layoutOf(e.type);
  const from = e.operand.type;
  const [toParts, fromParts] = [partsOf(e.type), partsOf(from)];
  if (toParts && fromParts) {
    const offsets = offsetsOf(fromParts);
    const object = onceEvaluated(p, e.operand);
    writeParts(
      p,
      toParts.map((type, i) => castPart(object, type, fromParts[i]!, offsets[i]!)),
      to,
      sizeBytes,
    );
    return;
  }
  const given = Math.min(layoutOf(from).sizeBytes, sizeBytes);
  if (isScalar(from)) writeInteger(p, e.operand, to, given);
  else if (layoutOf(from).sizeBytes <= sizeBytes) p.write(e.operand, to);
  else if (e.type.kind === 'string') copyString(p, to, p.bytes(e.operand), { sizeBytes, padded: true });
  else copyBytes(p.b, to, p.bytes(e.operand), sizeBytes);
  zeroBytes(p.b, behind(to, given), sizeBytes - given);
}

/** The bytes of an integer where an array is: it may be less aligned than the integer. */
function writeInteger(p: ProgramState, e: TypedExpression, to: Address, sizeBytes: number): void {
  if (accessSize(to, 0, sizeBytes) === sizeBytes) {
    p.write(e, to);
    return;
  }
  const place = p.temporary(sizeBytes, 'integer');
  p.write(e, place);
  copyBytes(p.b, to, place, sizeBytes);
}

function partsOf(type: Type): readonly Type[] | undefined {
  if (type.kind === 'tuple') return type.elements;
  return type.kind === 'record' ? type.fields.map((field) => field.type) : undefined;
}

function castPart(object: TypedExpression, to: Type, from: Type, offset: number): TypedExpression {
  const part: Extract = { kind: 'extract', object, offset, type: from, span: object.span };
  return { kind: 'cast', operand: part, type: to, span: object.span };
}

/** The value as a variable that is already in memory, so that it can be mentioned several times. */
function onceEvaluated(p: ProgramState, e: TypedExpression): TypedExpression {
  const variable = { name: '$cast', index: -1, type: e.type, constant: true };
  p.homes.set(variable, { kind: 'memory', address: p.bytes(e) });
  return { kind: 'variable', variable, type: e.type, span: e.span };
}
