import type { ByteOrder } from '../asm/byte-order.ts';
import { BtfError } from './btf-error.ts';
import { KIND_MASK, NAMED_KINDS } from './btf-format.ts';
import { readSections } from './btf-sections.ts';
import { decodeType } from './decode-type.ts';
import type { KindMask, NameFinder } from './name-finder.ts';
import { ANY_KIND, createNameFinder } from './name-finder.ts';
import type { StringTable } from './string-table.ts';
import { readString } from './string-table.ts';
import type { TypeTable } from './type-table.ts';
import { createTypeTable, enumeratorPlaces, kindOfInfo, typeAtWord } from './type-table.ts';
import type { BtfKind, BtfType, BtfTypeId, BtfTypes, FoundEnumerator } from './types.ts';

/** A function with its parameters and result. */
export interface FoundFunction {
  readonly function: Extract<BtfType, { kind: 'function' }>;
  readonly proto: Extract<BtfType, { kind: 'function-proto' }>;
}

/** Typedefs, qualifiers and tags in a row that `resolve` follows; the kernel's own limit is 32. */
const MAX_DEPTH = 64;
const POINTER_SIZE = 8;
const VOID: BtfType = { kind: 'void', id: 0 };

/**
 * A blob of BTF, read lazily: parsing finds where the records are, and a type is decoded when it is first asked for.
 * Pure: it keeps a view of `bytes`, which must not change afterwards.
 *
 * Pointers are 8 bytes, as on every machine that waggle supports.
 */
export class Btf implements BtfTypes {
  /** Of the blob; decoded types know no byte order. */
  readonly byteOrder: ByteOrder;
  /** The types that split BTF, such as a module's, builds on: those of vmlinux. */
  readonly base: Btf | undefined;
  readonly #types: TypeTable;
  readonly #strings: StringTable;
  readonly #decoded = new Map<BtfTypeId, BtfType>();
  readonly #findTypes: NameFinder;
  #enumerators: { readonly places: Uint32Array; readonly finder: NameFinder } | undefined;

  private constructor(bytes: Uint8Array, base: Btf | undefined) {
    const sections = readSections(bytes, base !== undefined);
    this.base = base;
    this.byteOrder = sections.byteOrder;
    const inherited = base === undefined ? undefined : base.#strings;
    const start = inherited ? inherited.start + inherited.bytes.length : 0;
    this.#strings = { bytes: sections.strings, start, base: inherited };
    this.#types = createTypeTable(sections.words, base?.typeCount ?? 1, sections.typesOffset);
    this.#findTypes = createNameFinder(this.#types, this.#strings);
  }

  /**
   * Reads a blob (`/sys/kernel/btf/vmlinux`, an ELF file's `.BTF` section), of either byte order.
   *
   * Only the header is checked here: a damaged record is told when it is reached, by whatever reaches it.
   * @param base What the blob was split off from, if it was.
   * @throws BtfError `bad-header`.
   */
  static parse(bytes: Uint8Array, base?: Btf): Btf {
    return new Btf(bytes, base);
  }

  /** One more than the largest id. @throws BtfError `bad-record`, as the records are counted for it. */
  get typeCount(): number {
    return this.#types.firstId + this.#types.ensure(Number.POSITIVE_INFINITY);
  }

  /** @throws BtfError `no-such-type`, `bad-record`. */
  type(id: BtfTypeId): BtfType {
    if (id === 0) return VOID;
    if (this.base && id < this.#types.firstId) return this.base.type(id);
    const known = this.#decoded.get(id);
    if (known) return known;
    this.#checkId(id);
    const type = decodeType(this.#types, this.#strings, id);
    this.#decoded.set(id, type);
    return type;
  }

  /** The first type of that name (the base's first) and, if given, one of those kinds. Tags only if asked for. */
  find(name: string, ...kinds: BtfKind[]): BtfType | undefined {
    const inherited = this.base?.find(name, ...kinds);
    if (inherited) return inherited;
    const index = this.#findTypes.first(name, maskOf(kinds));
    return index === undefined ? undefined : this.type(this.#types.firstId + index);
  }

  /** All types of that name, in id order: two files of the kernel may have a struct of the same name. */
  findAll(name: string, ...kinds: BtfKind[]): BtfType[] {
    const inherited = this.base?.findAll(name, ...kinds) ?? [];
    const own = this.#findTypes.every(name, maskOf(kinds));
    return inherited.concat(own.map((i) => this.type(this.#types.firstId + i)));
  }

  *allOf(kind: BtfKind): Iterable<BtfType> {
    if (this.base) yield* this.base.allOf(kind);
    const { firstId } = this.#types;
    const count = this.typeCount - firstId;
    for (let i = 0; i < count; i++) if (this.#isOneOf(i, KIND_MASK[kind])) yield this.type(firstId + i);
  }

  /** The names of all types of a kind, with their ids, in id order and without decoding the types. */
  *namesOf(kind: BtfKind): Iterable<{ readonly id: BtfTypeId; readonly name: string }> {
    if (this.base) yield* this.base.namesOf(kind);
    const { firstId, words, places } = this.#types;
    const count = this.typeCount - firstId;
    for (let i = 0; i < count; i++) {
      if (!this.#isOneOf(i, KIND_MASK[kind])) continue;
      yield { id: firstId + i, name: readString(this.#strings, words[places[i]!]!) };
    }
  }

  /** @throws BtfError `too-deep` where typedefs go in a circle; `no-such-type`. */
  resolve(id: BtfTypeId): BtfType {
    let type = this.type(id);
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      switch (type.kind) {
        case 'typedef':
        case 'const':
        case 'volatile':
        case 'restrict':
        case 'type-tag':
          type = this.type(type.typeId);
          break;
        default:
          return type;
      }
    }
    throw new BtfError('too-deep', `BTF type ${id}: more than ${MAX_DEPTH} typedefs and qualifiers in a row`);
  }

  /** Of a variable, the size of its type. @throws BtfError `no-size` (functions, forwards, void), `too-deep`, … */
  sizeOf(id: BtfTypeId): number {
    const named = this.type(id);
    let count = 1;
    let type = this.resolve(named.kind === 'variable' ? named.typeId : id);
    for (let depth = 0; type.kind === 'array'; depth++) {
      if (depth === MAX_DEPTH) throw new BtfError('too-deep', `BTF type ${id}: an array of arrays of ${MAX_DEPTH}`);
      count *= type.length;
      type = this.resolve(type.elementId);
    }
    const size = count * this.#elementSize(type);
    if (!Number.isSafeInteger(size)) throw new BtfError('no-size', `BTF type ${id}: an array of ${size} bytes`);
    return size;
  }

  /** An enumerator by name, such as `TCP_ESTABLISHED`: the first one. */
  enumerator(name: string): FoundEnumerator | undefined {
    const inherited = this.base?.enumerator(name);
    if (inherited) return inherited;
    this.#enumerators ??= this.#indexEnumerators();
    const index = this.#enumerators.finder.first(name, ANY_KIND);
    if (index === undefined) return undefined;
    const type = this.type(typeAtWord(this.#types, this.#enumerators.places[index]!));
    if (type.kind !== 'enum') return undefined;
    const value = type.values.find((candidate) => candidate.name === name);
    return value && { name, value: value.value, type };
  }

  /** A kernel function by name, with its prototype. */
  functionNamed(name: string): FoundFunction | undefined {
    const found = this.find(name, 'function');
    return found?.kind === 'function' ? { function: found, proto: this.protoOf(found) } : undefined;
  }

  /** The prototype of a function. @throws BtfError `bad-record` where it names something else. */
  protoOf(fn: FoundFunction['function']): FoundFunction['proto'] {
    const proto = this.type(fn.protoId);
    if (proto.kind === 'function-proto') return proto;
    throw new BtfError('bad-record', `BTF function "${fn.name}" whose prototype is of kind "${proto.kind}"`);
  }

  #indexEnumerators() {
    const places = enumeratorPlaces(this.#types);
    const named = { words: this.#types.words, places, ensure: () => places.length };
    return { places, finder: createNameFinder(named, this.#strings) };
  }

  #isOneOf(index: number, mask: number): boolean {
    const { words, places } = this.#types;
    return ((mask >>> kindOfInfo(words[places[index]! + 1]!)) & 1) === 1;
  }

  #elementSize(type: BtfType): number {
    switch (type.kind) {
      case 'int':
      case 'float':
      case 'struct':
      case 'union':
      case 'enum':
      case 'section':
        return type.sizeBytes;
      case 'pointer':
        return POINTER_SIZE;
      default:
        throw new BtfError('no-size', `BTF type ${type.id} of kind "${type.kind}" has no size`);
    }
  }

  #checkId(id: BtfTypeId): void {
    const index = id - this.#types.firstId;
    if (Number.isInteger(id) && index >= 0 && index < this.#types.ensure(index + 1)) return;
    throw new BtfError('no-such-type', `BTF type ${id}: 0 to ${this.typeCount - 1} are there`);
  }
}

function maskOf(kinds: readonly BtfKind[]): KindMask {
  return kinds.length === 0 ? NAMED_KINDS : kinds.reduce((mask, kind) => mask | KIND_MASK[kind], 0);
}
