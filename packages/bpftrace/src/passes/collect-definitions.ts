import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import type { EnumDefinition, Expression, Script, StructDefinition, StructMember } from '../syntax/ast.ts';
import type { EnumInfo, IntType, StructMemberType, StructType, Type } from '../types/type.ts';
import { UINT32 } from '../types/type.ts';
import { alignOfBtf } from './typing/type-of-btf.ts';
import type { TypeNames } from './typing/type-of-syntax.ts';
import { typeOfSyntax } from './typing/type-of-syntax.ts';

/** What the script defines in C. */
export interface Definitions {
  /** By `struct NAME`, `union NAME`, `enum NAME`. */
  readonly types: ReadonlyMap<string, Type>;
  /** Constants of enums. */
  readonly constants: ReadonlyMap<string, { readonly value: bigint; readonly type: IntType }>;
}

/** Items of the script that this compiler knows of and cannot do yet. */
const UNSUPPORTED = { macro: 'macros are', subprogram: 'functions are', import: 'imports are' } as const;

/**
 * Reads the C definitions, laid out as on 64-bit Linux, and tells which items are not supported. A pointer to a struct that
 * is defined further down holds a stand-in of size 0 and no members: look its name up again to go through it.
 */
export function collectDefinitions(script: Script, facts: KernelFacts, diagnostics: Diagnostics): Definitions {
  const types = new Map<string, Type>();
  const constants = new Map<string, { readonly value: bigint; readonly type: IntType }>();
  const collector: Collector = { facts, diagnostics, definitions: { types, constants }, types, constants };
  for (const item of script.items) {
    if (item.kind !== 'struct-definition' || !item.name) continue;
    const name = item.name.text;
    types.set(structKey(item.union, name), { kind: 'struct', union: item.union, name, sizeBytes: 0 });
  }
  for (const item of script.items) {
    switch (item.kind) {
      case 'struct-definition':
        structOf(collector, item);
        break;
      case 'enum-definition':
        enumOf(collector, item);
        break;
      case 'macro':
      case 'subprogram':
      case 'import': {
        const span = item.kind === 'import' ? item.span : item.name.span;
        diagnostics.error('not-yet-supported', span, `${UNSUPPORTED[item.kind]} not supported yet`);
        break;
      }
      default:
    }
  }
  return collector.definitions;
}

interface Collector extends TypeNames {
  readonly types: Map<string, Type>;
  readonly constants: Map<string, { readonly value: bigint; readonly type: IntType }>;
}

function structKey(union: boolean, name: string): string {
  return `${union ? 'union' : 'struct'} ${name}`;
}

function structOf(collector: Collector, node: StructDefinition): StructType {
  const name = node.name?.text ?? '';
  const members: StructMemberType[] = [];
  let endBits = 0;
  let align = 1;
  for (const member of node.members) {
    const type = memberType(collector, member);
    const size = sizeInC(type);
    const memberAlign = alignInC(collector, type);
    align = Math.max(align, memberAlign);
    const bits = member.bitfieldSize ?? 0;
    let offsetBits = node.union ? 0 : endBits;
    const unit = size * 8;
    const crosses = bits > 0 && Math.floor(offsetBits / unit) !== Math.floor((offsetBits + bits - 1) / unit);
    if (bits === 0 || crosses) offsetBits = Math.ceil(offsetBits / (memberAlign * 8)) * memberAlign * 8;
    members.push({ name: member.name?.text ?? '', type, offsetBits, bitfieldSizeBits: bits });
    endBits = Math.max(endBits, offsetBits + (bits || unit));
  }
  const sizeBytes = Math.ceil(endBits / 8 / align) * align;
  const type: StructType = { kind: 'struct', union: node.union, name, sizeBytes, members };
  if (name !== '') collector.types.set(structKey(node.union, name), type);
  return type;
}

function memberType(collector: Collector, member: StructMember): Type {
  const { type } = member;
  if (type.kind === 'struct-definition') return structOf(collector, type);
  if (type.kind === 'enum-definition') return enumOf(collector, type);
  const own = typeOfSyntax(collector, type, 'kernel');
  if (own.kind !== 'array' || own.length === 0 || type.name !== 'char' || type.pointers > 0) return own;
  return own.element.kind === 'int' ? { kind: 'string', sizeBytes: own.length } : own;
}

function enumOf(collector: Collector, node: EnumDefinition): IntType {
  const values: { name: string; value: bigint }[] = [];
  const info: EnumInfo = { name: node.name?.text ?? '', values };
  let next = 0n;
  for (const { name, value } of node.values) {
    if (value) next = constantOf(collector, value) ?? next;
    values.push({ name: name.text, value: next });
    next += 1n;
  }
  const wide = values.some(({ value }) => value >= 1n << 32n || value < -(1n << 31n));
  const signed = values.some(({ value }) => value < 0n);
  const type: IntType = { ...UINT32, sizeBytes: wide ? 8 : 4, signed, enum: info };
  for (const { name, value } of values) collector.constants.set(name, { value, type });
  if (info.name !== '') collector.types.set(`enum ${info.name}`, type);
  return type;
}

/** The value of an enumerator: literals, earlier constants, and sums, shifts and unions of them. */
function constantOf(collector: Collector, node: Expression): bigint | undefined {
  switch (node.kind) {
    case 'integer':
      return node.value;
    case 'identifier': {
      const known = collector.constants.get(node.name);
      if (known) return known.value;
      break;
    }
    case 'unary': {
      const operand = node.operator === '-' || node.operator === '~' ? constantOf(collector, node.operand) : undefined;
      return operand === undefined ? undefined : node.operator === '-' ? -operand : ~operand;
    }
    case 'binary': {
      const left = constantOf(collector, node.left);
      const right = constantOf(collector, node.right);
      if (left === undefined || right === undefined) return undefined;
      if (node.operator === '+') return left + right;
      if (node.operator === '-') return left - right;
      if (node.operator === '|') return left | right;
      if (node.operator === '<<' && right >= 0n && right < 64n) return BigInt.asIntN(64, left << right);
      break;
    }
    case 'error':
      return undefined;
    default:
  }
  collector.diagnostics.error('not-constant', node.span, 'the value of an enumerator must be a constant number');
  return undefined;
}

function sizeInC(type: Type): number {
  switch (type.kind) {
    case 'int':
    case 'string':
    case 'struct':
      return type.sizeBytes;
    case 'bool':
      return 1;
    case 'pointer':
      return 8;
    case 'array':
      return type.length * sizeInC(type.element);
    default:
      return 0;
  }
}

function alignInC(names: TypeNames, type: Type): number {
  switch (type.kind) {
    case 'int':
      return type.sizeBytes;
    case 'pointer':
      return 8;
    case 'array':
      return alignInC(names, type.element);
    case 'struct':
      if (type.members) return Math.max(1, ...type.members.map((member) => alignInC(names, member.type)));
      return type.btfId !== undefined && names.facts.btf ? alignOfBtf(names.facts.btf, type.btfId) : 8;
    default:
      return 1;
  }
}
