import type { ByteOrder } from '../asm/byte-order.ts';
import { HOST_BYTE_ORDER } from '../asm/byte-order.ts';
import { BtfError } from './btf-error.ts';
import { BTF_HEADER_SIZE, BTF_MAGIC, BTF_VERSION, INT_ENCODING, KIND, LINKAGE } from './btf-format.ts';
import { terminated } from './string-table.ts';
import type { BtfMember, BtfType, BtfTypeId } from './types.ts';

type WithoutId<T> = T extends { readonly id: unknown } ? Omit<T, 'id'> : never;

/** A type to be written: the writer gives out the id. `void` is there already, as 0. */
export type NewBtfType = WithoutId<Exclude<BtfType, { readonly kind: 'void' }>>;

type NewInt = Extract<NewBtfType, { readonly kind: 'int' }>;
type NewEnum = Extract<NewBtfType, { readonly kind: 'enum' }>;
type NewStruct = Extract<NewBtfType, { readonly members: unknown }>;

/** Makes a blob of BTF: types are added one by one, equal strings are written once. */
export class BtfWriter {
  readonly #words: number[] = [];
  readonly #strings = new Map<string, number>([['', 0]]);
  readonly #stringBytes: Uint8Array[] = [Uint8Array.of(0)];
  #stringsLength = 1;
  #nextId: BtfTypeId = 1;

  /** Adds a type and returns its id. It may refer to ids that are still to come. @throws BtfError `cannot-write`. */
  add(type: NewBtfType): BtfTypeId {
    this.#write(type);
    return this.#nextId++;
  }

  /** Adds a string and returns its offset, as `bpf_line_info` wants it. What follows a NUL is cut off. */
  string(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const bytes = terminated(text.split('\0')[0] ?? '');
    const offset = this.#stringsLength;
    this.#strings.set(text, offset);
    this.#stringBytes.push(bytes);
    this.#stringsLength += bytes.length;
    return offset;
  }

  /** The blob: header, types, strings. */
  finish(byteOrder: ByteOrder = HOST_BYTE_ORDER): Uint8Array {
    const little = byteOrder === 'little';
    const typesLength = this.#words.length * 4;
    const bytes = new Uint8Array(BTF_HEADER_SIZE + typesLength + this.#stringsLength);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, BTF_MAGIC, little);
    view.setUint8(2, BTF_VERSION);
    view.setUint32(4, BTF_HEADER_SIZE, little);
    view.setUint32(12, typesLength, little);
    view.setUint32(16, typesLength, little);
    view.setUint32(20, this.#stringsLength, little);
    for (const [i, word] of this.#words.entries()) view.setUint32(BTF_HEADER_SIZE + i * 4, word >>> 0, little);
    let at = BTF_HEADER_SIZE + typesLength;
    for (const string of this.#stringBytes) {
      bytes.set(string, at);
      at += string.length;
    }
    return bytes;
  }

  #write(type: NewBtfType): void {
    switch (type.kind) {
      case 'int':
        this.#head(KIND.INT, type.name, type.sizeBytes);
        this.#words.push((intEncoding(type) << 24) | (type.offsetBits << 16) | type.bits);
        break;
      case 'float':
        this.#head(KIND.FLOAT, type.name, type.sizeBytes);
        break;
      case 'pointer':
        this.#head(KIND.POINTER, '', type.typeId);
        break;
      case 'array':
        this.#head(KIND.ARRAY, '', 0);
        this.#words.push(type.elementId, type.indexId, type.length);
        break;
      case 'struct':
        this.#writeMembers(KIND.STRUCT, type);
        break;
      case 'union':
        this.#writeMembers(KIND.UNION, type);
        break;
      case 'enum':
        this.#writeEnum(type);
        break;
      case 'forward':
        this.#head(KIND.FORWARD, type.name, 0, 0, type.union);
        break;
      case 'typedef':
        this.#head(KIND.TYPEDEF, type.name, type.typeId);
        break;
      case 'const':
        this.#head(KIND.CONST, '', type.typeId);
        break;
      case 'volatile':
        this.#head(KIND.VOLATILE, '', type.typeId);
        break;
      case 'restrict':
        this.#head(KIND.RESTRICT, '', type.typeId);
        break;
      case 'type-tag':
        this.#head(KIND.TYPE_TAG, type.name, type.typeId);
        break;
      case 'decl-tag':
        this.#head(KIND.DECL_TAG, type.name, type.typeId);
        this.#words.push(type.componentIndex);
        break;
      case 'function':
        this.#head(KIND.FUNCTION, type.name, type.protoId, LINKAGE.indexOf(type.linkage));
        break;
      case 'function-proto':
        this.#head(KIND.FUNCTION_PROTO, '', type.returnId, type.params.length);
        for (const param of type.params) this.#words.push(this.string(param.name), param.typeId);
        break;
      case 'variable':
        this.#head(KIND.VARIABLE, type.name, type.typeId);
        this.#words.push(LINKAGE.indexOf(type.linkage));
        break;
      case 'section':
        this.#head(KIND.SECTION, type.name, type.sizeBytes, type.variables.length);
        for (const variable of type.variables) {
          this.#words.push(variable.typeId, variable.offset, variable.sizeBytes);
        }
        break;
      default:
        throw new BtfError('cannot-write', `cannot write ${type satisfies never}`);
    }
  }

  #head(kind: number, name: string, sizeOrType: number, vlen = 0, kindFlag = false): void {
    if (vlen > 0xffff) throw new BtfError('cannot-write', `cannot write "${name}" with ${vlen} parts: 65535 at most`);
    this.#words.push(this.string(name), (kindFlag ? 1 << 31 : 0) | (kind << 24) | vlen, sizeOrType);
  }

  /** The form with bit-field sizes is used only where there are bit-fields: it has fewer bits for the offset. */
  #writeMembers(kind: number, type: NewStruct): void {
    const bitfields = type.members.some((member) => member.bitfieldSizeBits !== 0);
    this.#head(kind, type.name, type.sizeBytes, type.members.length, bitfields);
    for (const member of type.members) {
      this.#words.push(this.string(member.name), member.typeId, memberOffset(type.name, member, bitfields));
    }
  }

  #writeEnum(type: NewEnum): void {
    const wide = type.sizeBytes > 4;
    this.#head(wide ? KIND.ENUM64 : KIND.ENUM, type.name, type.sizeBytes, type.values.length, type.signed);
    for (const { name, value } of type.values) {
      const bits = wide ? 64 : 32;
      const fits = type.signed ? BigInt.asIntN(bits, value) === value : BigInt.asUintN(bits, value) === value;
      if (!fits) throw new BtfError('cannot-write', `cannot write ${name} = ${value} in ${bits} bits`);
      this.#words.push(this.string(name), Number(BigInt.asUintN(32, value)));
      if (wide) this.#words.push(Number(BigInt.asUintN(32, value >> 32n)));
    }
  }
}

function intEncoding(type: NewInt): number {
  return (
    (type.signed ? INT_ENCODING.SIGNED : 0) | (type.char ? INT_ENCODING.CHAR : 0) | (type.bool ? INT_ENCODING.BOOL : 0)
  );
}

function memberOffset(owner: string, member: BtfMember, bitfields: boolean): number {
  const { offsetBits, bitfieldSizeBits } = member;
  if (offsetBits > (bitfields ? 0xffffff : 0xffffffff) || bitfieldSizeBits > 0xff) {
    throw new BtfError('cannot-write', `cannot write ${owner}.${member.name} at bit ${offsetBits}: too far`);
  }
  return bitfields ? (bitfieldSizeBits << 24) | offsetBits : offsetBits;
}
