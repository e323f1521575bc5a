import { BtfError } from './btf-error.ts';
import { INT_ENCODING, KIND, LINKAGE } from './btf-format.ts';
import type { StringTable } from './string-table.ts';
import { readString } from './string-table.ts';
import type { TypeTable } from './type-table.ts';
import { kindFlagOfInfo, kindOfInfo, vlenOfInfo } from './type-table.ts';
import type { BtfEnumerator, BtfMember, BtfParam, BtfType, BtfTypeId } from './types.ts';

/** One record, taken apart as far as all kinds are alike. */
interface TypeRecord {
  readonly id: BtfTypeId;
  readonly kind: number;
  readonly vlen: number;
  readonly kindFlag: boolean;
  readonly name: string;
  /** The third word: size in bytes, or the id of a type. */
  readonly sizeOrType: number;
  readonly words: Uint32Array;
  /** Word of the first detail behind the first three words. */
  readonly details: number;
  readonly strings: StringTable;
  /** Byte in the blob, for error messages. */
  readonly offset: number;
}

/**
 * Decodes the record of a type, which the table must have found already. Ids that it refers to are not looked at.
 * @throws BtfError `bad-record`.
 */
export function decodeType(table: TypeTable, strings: StringTable, id: BtfTypeId): BtfType {
  const { words } = table;
  const start = table.places[id - table.firstId]!;
  const info = words[start + 1]!;
  const record: TypeRecord = {
    id,
    kind: kindOfInfo(info),
    vlen: vlenOfInfo(info),
    kindFlag: kindFlagOfInfo(info),
    name: readString(strings, words[start]!),
    sizeOrType: words[start + 2]!,
    words,
    details: start + 3,
    strings,
    offset: table.typesOffset + start * 4,
  };
  return decodeRecord(record);
}

function decodeRecord(record: TypeRecord): BtfType {
  const { id, kind, name, sizeOrType, words, details } = record;
  switch (kind) {
    case KIND.INT:
      return decodeInt(record);
    case KIND.FLOAT:
      return { kind: 'float', id, name, sizeBytes: sizeOrType };
    case KIND.POINTER:
      return { kind: 'pointer', id, typeId: sizeOrType };
    case KIND.ARRAY: {
      const [elementId, indexId, length] = [words[details]!, words[details + 1]!, words[details + 2]!];
      return { kind: 'array', id, elementId, indexId, length };
    }
    case KIND.STRUCT:
      return { kind: 'struct', id, name, sizeBytes: sizeOrType, members: decodeMembers(record) };
    case KIND.UNION:
      return { kind: 'union', id, name, sizeBytes: sizeOrType, members: decodeMembers(record) };
    case KIND.ENUM:
    case KIND.ENUM64: {
      const values = decodeEnumerators(record);
      return { kind: 'enum', id, name, sizeBytes: sizeOrType, signed: record.kindFlag, values };
    }
    case KIND.FORWARD:
      return { kind: 'forward', id, name, union: record.kindFlag };
    case KIND.TYPEDEF:
      return { kind: 'typedef', id, name, typeId: sizeOrType };
    case KIND.CONST:
      return { kind: 'const', id, typeId: sizeOrType };
    case KIND.VOLATILE:
      return { kind: 'volatile', id, typeId: sizeOrType };
    case KIND.RESTRICT:
      return { kind: 'restrict', id, typeId: sizeOrType };
    case KIND.TYPE_TAG:
      return { kind: 'type-tag', id, name, typeId: sizeOrType };
    case KIND.DECL_TAG:
      return { kind: 'decl-tag', id, name, typeId: sizeOrType, componentIndex: words[details]! | 0 };
    case KIND.FUNCTION:
      return { kind: 'function', id, name, protoId: sizeOrType, linkage: linkage(record, record.vlen) };
    case KIND.FUNCTION_PROTO:
      return { kind: 'function-proto', id, returnId: sizeOrType, params: decodeParams(record) };
    case KIND.VARIABLE:
      return { kind: 'variable', id, name, typeId: sizeOrType, linkage: linkage(record, words[details]!) };
    case KIND.SECTION:
      return { kind: 'section', id, name, sizeBytes: sizeOrType, variables: decodeVariables(record) };
    default:
      throw new BtfError('bad-record', `BTF type ${id} of kind ${kind}`, record.offset);
  }
}

function decodeInt(record: TypeRecord): BtfType {
  const word = record.words[record.details]!;
  const encoding = (word >>> 24) & 0xf;
  return {
    kind: 'int',
    id: record.id,
    name: record.name,
    sizeBytes: record.sizeOrType,
    signed: (encoding & INT_ENCODING.SIGNED) !== 0,
    char: (encoding & INT_ENCODING.CHAR) !== 0,
    bool: (encoding & INT_ENCODING.BOOL) !== 0,
    bits: word & 0xff,
    offsetBits: (word >>> 16) & 0xff,
  };
}

/** With kind_flag, a member's third word is `bit-field size << 24 | offset`; without, it is the offset alone. */
function decodeMembers(record: TypeRecord): BtfMember[] {
  const { words, details, vlen, kindFlag, strings } = record;
  const members: BtfMember[] = [];
  for (let at = details; at < details + vlen * 3; at += 3) {
    const offset = words[at + 2]!;
    members.push({
      name: readString(strings, words[at]!),
      typeId: words[at + 1]!,
      offsetBits: kindFlag ? offset & 0xffffff : offset,
      bitfieldSizeBits: kindFlag ? offset >>> 24 : 0,
    });
  }
  return members;
}

function decodeEnumerators(record: TypeRecord): BtfEnumerator[] {
  const { words, details, vlen, kind, strings } = record;
  const step = kind === KIND.ENUM ? 2 : 3;
  const values: BtfEnumerator[] = [];
  for (let at = details; at < details + vlen * step; at += step) {
    values.push({ name: readString(strings, words[at]!), value: enumeratorValue(record, at) });
  }
  return values;
}

function enumeratorValue(record: TypeRecord, at: number): bigint {
  const low = record.words[at + 1]!;
  if (record.kind === KIND.ENUM) return BigInt(record.kindFlag ? low | 0 : low);
  const value = (BigInt(record.words[at + 2]!) << 32n) | BigInt(low);
  return record.kindFlag ? BigInt.asIntN(64, value) : value;
}

function decodeParams(record: TypeRecord): BtfParam[] {
  const { words, details, vlen, strings } = record;
  const params: BtfParam[] = [];
  for (let at = details; at < details + vlen * 2; at += 2) {
    params.push({ name: readString(strings, words[at]!), typeId: words[at + 1]! });
  }
  return params;
}

function decodeVariables(record: TypeRecord): { typeId: BtfTypeId; offset: number; sizeBytes: number }[] {
  const { words, details, vlen } = record;
  const variables = [];
  for (let at = details; at < details + vlen * 3; at += 3) {
    variables.push({ typeId: words[at]!, offset: words[at + 1]!, sizeBytes: words[at + 2]! });
  }
  return variables;
}

function linkage(record: TypeRecord, value: number): (typeof LINKAGE)[number] {
  const name = LINKAGE[value];
  if (name === undefined) {
    throw new BtfError('bad-record', `BTF type ${record.id} of linkage ${value}: 0 to 2 are wanted`, record.offset);
  }
  return name;
}
