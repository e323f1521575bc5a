import type { KernelFacts } from '../../facts/kernel-facts.ts';
import type { TracepointField } from '../../facts/tracepoint-format.ts';
import type { Span } from '../../source/span.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import type { AddressSpace, IntType, PointerType, Type } from '../../types/type.ts';
import { BOOL, NONE, stringOf, UINT32, UINT64 } from '../../types/type.ts';
import { integer } from './constants.ts';
import type { TypingContext } from './context.ts';
import { contextPointer } from './context-pointer.ts';
import { convert } from './convert.ts';
import { loadAt } from './load-at.ts';
import { typeOfBtf } from './type-of-btf.ts';
import { integerNamed } from './type-of-syntax.ts';

/** `args.field` of a tracepoint. Pointers that a syscall was called with point into user space. */
export function tracepointArgument(
  ctx: TypingContext,
  category: string,
  field: TracepointField,
  span: Span,
): TypedExpression {
  const space: AddressSpace = category === 'syscalls' ? 'user' : 'kernel';
  if (field.location) return variableLength(ctx, field, span);
  const address = contextPointer(ctx, span);
  return loadAt({ address, offset: field.offset, space: 'kernel', btf: false }, fieldType(ctx, field, space), span);
}

/** `char` arrays of variable length are strings; of others, the value is the address of the first element. */
function variableLength(ctx: TypingContext, field: TracepointField, span: Span): TypedExpression {
  const from = field.location === 'field' ? field.offset + 4 : 0;
  const location: TypedExpression = {
    kind: 'context-load',
    offset: field.offset,
    sizeBytes: 4,
    signed: false,
    trusted: false,
    type: UINT32,
    span,
  };
  const offset: TypedExpression = {
    kind: 'binary',
    operator: '&',
    left: convert(location, UINT64),
    right: integer(0xffffn, UINT64, span),
    type: UINT64,
    span,
  };
  const base = convert(contextPointer(ctx, span), UINT64);
  const element = elementType(ctx, field, 'kernel');
  const pointer: PointerType = { kind: 'pointer', to: element, space: 'kernel' };
  const sum: TypedExpression = { kind: 'binary', operator: '+', left: base, right: offset, type: UINT64, span };
  const address: TypedExpression = { kind: 'cast', operand: sum, type: pointer, span };
  if (isChar(field.type)) {
    const type = stringOf(ctx.config.maxStrlen);
    return { kind: 'load', address, offset: from, space: 'kernel', type, span };
  }
  if (from === 0) return address;
  const shifted: TypedExpression = {
    kind: 'binary',
    operator: '+',
    left: sum,
    right: integer(BigInt(from), UINT64, span),
    type: UINT64,
    span,
  };
  return { kind: 'cast', operand: shifted, type: pointer, span };
}

/** The type of a field: the names in formats are C's, and its size and sign have the last word. */
function fieldType(ctx: TypingContext, field: TracepointField, space: AddressSpace): Type {
  if (field.length !== undefined) {
    if (isChar(field.type) && field.sizeBytes > 0) return { kind: 'string', sizeBytes: field.sizeBytes };
    const element = elementType(ctx, field, space);
    return { kind: 'array', element, length: field.length };
  }
  return namedType(ctx.facts, field.type, field.sizeBytes, field.signed, space);
}

function elementType(ctx: TypingContext, field: TracepointField, space: AddressSpace): Type {
  const known = integerNamed(field.type.replace(/\b(?:const|volatile)\b\s*/g, '').trim());
  const size = field.length && !field.location ? field.sizeBytes / field.length : (known?.sizeBytes ?? 1);
  const type = namedType(ctx.facts, field.type, size, field.signed, space);
  return type.kind === 'none' ? { kind: 'int', sizeBytes: 1, signed: false } : type;
}

function namedType(facts: KernelFacts, written: string, sizeBytes: number, signed: boolean, space: AddressSpace): Type {
  const name = written
    .replace(/\b(?:const|volatile|restrict)\b\s*/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (name.endsWith('*')) return { kind: 'pointer', to: pointee(facts, name.slice(0, -1).trim(), space), space };
  if (name === 'bool' && sizeBytes === 1) return BOOL;
  const tagged = /^(struct|union|enum) (\w+)$/.exec(name);
  if (tagged) {
    const found = facts.btf?.find(tagged[2]!, tagged[1] as 'struct' | 'union' | 'enum');
    if (facts.btf && found) return typeOfBtf(facts.btf, found.id, space);
  }
  if (sizeBytes === 1 || sizeBytes === 2 || sizeBytes === 4 || sizeBytes === 8)
    return { kind: 'int', sizeBytes, signed } satisfies IntType;
  return { kind: 'array', element: { kind: 'int', sizeBytes: 1, signed: false }, length: sizeBytes };
}

function pointee(facts: KernelFacts, name: string, space: AddressSpace): Type {
  if (name.endsWith('*')) return { kind: 'pointer', to: pointee(facts, name.slice(0, -1).trim(), space), space };
  const known = integerNamed(name);
  if (known) return known;
  const tagged = /^(struct|union|enum) (\w+)$/.exec(name);
  const kinds = tagged ? [tagged[1] as 'struct' | 'union' | 'enum'] : (['typedef'] as const);
  const found = facts.btf?.find(tagged?.[2] ?? name, ...kinds);
  if (facts.btf && found) return typeOfBtf(facts.btf, found.id, space);
  if (!tagged) return NONE;
  return { kind: 'struct', union: tagged[1] === 'union', name: tagged[2]!, sizeBytes: 0 };
}

function isChar(type: string): boolean {
  return /^(?:const )?char$/.test(type);
}
