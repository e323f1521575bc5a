import type { Diagnostics } from '../../diagnostics/diagnostic.ts';
import type { KernelFacts } from '../../facts/kernel-facts.ts';
import type { Expression, TypeSyntax } from '../../syntax/ast.ts';
import type { AddressSpace, IntType, Type } from '../../types/type.ts';
import { BOOL, ERROR, NONE } from '../../types/type.ts';
import type { Definitions } from '../collect-definitions.ts';
import { didYouMean } from '../did-you-mean.ts';
import { typeOfBtf } from './type-of-btf.ts';

/** Where names of types are looked up. */
export interface TypeNames {
  readonly facts: KernelFacts;
  readonly definitions: Definitions;
  readonly diagnostics: Diagnostics;
}

/** Names of integer types: bytes, negative where signed. Those of C are as on 64-bit Linux. */
const INTEGERS: Readonly<Record<string, -8 | -4 | -2 | -1 | 1 | 2 | 4 | 8>> = {
  int8: -1, int16: -2, int32: -4, int64: -8, uint8: 1, uint16: 2, uint32: 4, uint64: 8,
  int8_t: -1, int16_t: -2, int32_t: -4, int64_t: -8, uint8_t: 1, uint16_t: 2, uint32_t: 4, uint64_t: 8,
  s8: -1, s16: -2, s32: -4, s64: -8, u8: 1, u16: 2, u32: 4, u64: 8,
  __s8: -1, __s16: -2, __s32: -4, __s64: -8, __u8: 1, __u16: 2, __u32: 4, __u64: 8,
  __le16: 2, __le32: 4, __le64: 8, __be16: 2, __be32: 4, __be64: 8,
  size_t: 8, ssize_t: -8, uintptr_t: 8, intptr_t: -8, pid_t: -4, uid_t: 4, gid_t: 4,
}; // biome-ignore format: a table

/** The type that a written type names. `space` is where its pointers point to. */
export function typeOfSyntax(names: TypeNames, syntax: TypeSyntax, space: AddressSpace): Type {
  if (syntax.typeOf) {
    names.diagnostics.error('not-yet-supported', syntax.span, 'typeof is not supported yet', {
      hint: 'write the type out',
    });
    return ERROR;
  }
  const lengths = syntax.lengths.map((length) => constantLength(names, syntax, length));
  if (lengths.some((length) => length === undefined)) return ERROR;
  if (!syntax.tag && (syntax.name === 'string' || syntax.name === 'buffer')) return sized(names, syntax, lengths);
  let type = namedType(names, syntax, space);
  if (type.kind === 'error') return type;
  for (let i = 0; i < syntax.pointers; i++) type = { kind: 'pointer', to: type, space };
  if (type.kind === 'none' && lengths.length > 0) return unknownType(names, syntax);
  for (const length of lengths.reverse()) type = { kind: 'array', element: type, length: length! };
  return type;
}

function constantLength(names: TypeNames, syntax: TypeSyntax, length: Expression | undefined): number | undefined {
  if (!length) return 0;
  if (length.kind === 'integer' && length.value <= 0x10_0000n) return Number(length.value);
  if (length.kind !== 'error') {
    names.diagnostics.error(
      'invalid-type',
      length.span,
      `the length in type "${syntax.name}" is no small literal number`,
    );
  }
  return undefined;
}

function sized(names: TypeNames, syntax: TypeSyntax, lengths: readonly (number | undefined)[]): Type {
  const [size, more] = lengths;
  if (size === undefined || size === 0 || more !== undefined || syntax.pointers > 0) {
    names.diagnostics.error(
      'invalid-type',
      syntax.span,
      `type "${syntax.name}" needs one size, as in ${syntax.name}[16]`,
    );
    return ERROR;
  }
  return { kind: syntax.name as 'string' | 'buffer', sizeBytes: size };
}

function namedType(names: TypeNames, syntax: TypeSyntax, space: AddressSpace): Type {
  const { name, tag } = syntax;
  if (!tag) {
    if (name === 'void') return NONE;
    if (name === 'bool' || name === '_Bool') return BOOL;
    const integer = integerNamed(name);
    if (integer) return integer;
  }
  const own = names.definitions.types.get(tag ? `${tag} ${name}` : name);
  if (own) return own;
  const { btf } = names.facts;
  if (!btf) {
    const hint = { hint: 'define the struct in the script, or run on a kernel with CONFIG_DEBUG_INFO_BTF' };
    names.diagnostics.error(
      'missing-btf',
      syntax.span,
      `type "${spell(syntax)}" is unknown: the kernel has no BTF`,
      hint,
    );
    return ERROR;
  }
  const found = tag ? btf.find(name, tag) : (btf.find(name, 'typedef') ?? btf.find(name, 'struct', 'union', 'enum'));
  if (!found) return unknownType(names, syntax);
  return typeOfBtf(btf, found.id, space);
}

/** `unsigned long`, `uint64`, `char`: undefined where the name is no integer's. */
export function integerNamed(name: string): IntType | undefined {
  const size = INTEGERS[name];
  if (size !== undefined) return intOf(Math.abs(size), size < 0);
  const words = name.split(' ');
  if (!words.every((word) => /^(?:unsigned|signed|char|short|int|long)$/.test(word))) return undefined;
  const signed = !words.includes('unsigned');
  if (words.includes('char')) return intOf(1, signed);
  if (words.includes('short')) return intOf(2, signed);
  return intOf(words.includes('long') ? 8 : 4, signed);
}

function intOf(sizeBytes: number, signed: boolean): IntType {
  return { kind: 'int', sizeBytes: sizeBytes as IntType['sizeBytes'], signed };
}

function unknownType(names: TypeNames, syntax: TypeSyntax): Type {
  const candidates = new Set(names.definitions.types.keys());
  const { btf } = names.facts;
  const kinds = syntax.tag ? [syntax.tag] : (['typedef', 'struct'] as const);
  if (btf) for (const kind of kinds) for (const type of btf.allOf(kind)) if ('name' in type) candidates.add(type.name);
  names.diagnostics.error(
    'unknown-type',
    syntax.span,
    `unknown type "${spell(syntax)}"`,
    didYouMean(syntax.name, candidates),
  );
  return ERROR;
}

function spell(syntax: TypeSyntax): string {
  return syntax.tag ? `${syntax.tag} ${syntax.name}` : syntax.name;
}
