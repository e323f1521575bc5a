/** The types of BTF as plain data (Documentation/bpf/btf.rst; include/uapi/linux/btf.h). Ids index the blob; 0 is `void`. */
export type BtfTypeId = number;

export interface BtfMember {
  /** Empty for anonymous structs and unions. */
  readonly name: string;
  readonly typeId: BtfTypeId;
  /** From the start of the enclosing struct or union. */
  readonly offsetBits: number;
  /** 0 where the member is no bit-field. */
  readonly bitfieldSizeBits: number;
}

export interface BtfEnumerator {
  readonly name: string;
  readonly value: bigint;
}

export interface BtfParam {
  /** May be empty. */
  readonly name: string;
  readonly typeId: BtfTypeId;
}

export type BtfType =
  | { readonly kind: 'void'; readonly id: 0 }
  | {
      readonly kind: 'int';
      readonly id: BtfTypeId;
      readonly name: string;
      readonly sizeBytes: number;
      readonly signed: boolean;
      readonly char: boolean;
      readonly bool: boolean;
      readonly bits: number;
      readonly offsetBits: number;
    }
  | { readonly kind: 'float'; readonly id: BtfTypeId; readonly name: string; readonly sizeBytes: number }
  | { readonly kind: 'pointer'; readonly id: BtfTypeId; readonly typeId: BtfTypeId }
  | {
      readonly kind: 'array';
      readonly id: BtfTypeId;
      readonly elementId: BtfTypeId;
      readonly indexId: BtfTypeId;
      readonly length: number;
    }
  | {
      readonly kind: 'struct' | 'union';
      readonly id: BtfTypeId;
      readonly name: string;
      readonly sizeBytes: number;
      readonly members: readonly BtfMember[];
    }
  | {
      /** `enum` and `enum64`. */
      readonly kind: 'enum';
      readonly id: BtfTypeId;
      readonly name: string;
      readonly sizeBytes: number;
      readonly signed: boolean;
      readonly values: readonly BtfEnumerator[];
    }
  | { readonly kind: 'forward'; readonly id: BtfTypeId; readonly name: string; readonly union: boolean }
  | { readonly kind: 'typedef'; readonly id: BtfTypeId; readonly name: string; readonly typeId: BtfTypeId }
  | { readonly kind: 'const' | 'volatile' | 'restrict'; readonly id: BtfTypeId; readonly typeId: BtfTypeId }
  | { readonly kind: 'type-tag'; readonly id: BtfTypeId; readonly name: string; readonly typeId: BtfTypeId }
  | {
      readonly kind: 'decl-tag';
      readonly id: BtfTypeId;
      readonly name: string;
      readonly typeId: BtfTypeId;
      readonly componentIndex: number;
    }
  | {
      readonly kind: 'function';
      readonly id: BtfTypeId;
      readonly name: string;
      readonly protoId: BtfTypeId;
      readonly linkage: 'static' | 'global' | 'extern';
    }
  | {
      readonly kind: 'function-proto';
      readonly id: BtfTypeId;
      readonly returnId: BtfTypeId;
      readonly params: readonly BtfParam[];
    }
  | {
      readonly kind: 'variable';
      readonly id: BtfTypeId;
      readonly name: string;
      readonly typeId: BtfTypeId;
      readonly linkage: 'static' | 'global' | 'extern';
    }
  | {
      readonly kind: 'section';
      readonly id: BtfTypeId;
      readonly name: string;
      readonly sizeBytes: number;
      readonly variables: readonly {
        readonly typeId: BtfTypeId;
        readonly offset: number;
        readonly sizeBytes: number;
      }[];
    };

export type BtfKind = BtfType['kind'];

/** What readers of BTF ask of it. `Btf.parse` makes one of a blob; it decodes a type when it is first asked for. */
export interface BtfTypes {
  /** One more than the largest id. */
  readonly typeCount: number;
  /** @throws BtfError where `id` names no type. */
  type(id: BtfTypeId): BtfType;
  /** The first type of that name and, if given, one of those kinds; undefined where there is none. */
  find(name: string, ...kinds: BtfKind[]): BtfType | undefined;
  /** A constant of an enum, by name; undefined where there is none. */
  enumerator(name: string): FoundEnumerator | undefined;
  /** Every type of a kind, in id order: for listings, not for hot paths. */
  allOf(kind: BtfKind): Iterable<BtfType>;
  /** The type behind typedefs, `const`, `volatile`, `restrict` and type tags. */
  resolve(id: BtfTypeId): BtfType;
  /** Bytes. @throws BtfError for functions, forwards and void. */
  sizeOf(id: BtfTypeId): number;
}

/** A constant, and the enum that it belongs to. */
export interface FoundEnumerator {
  readonly name: string;
  readonly value: bigint;
  readonly type: Extract<BtfType, { kind: 'enum' }>;
}

/** Where a member path (`mm.pgd`, through anonymous members) lies in a struct. */
export interface MemberPlace {
  readonly offsetBits: number;
  readonly bitfieldSizeBits: number;
  readonly typeId: BtfTypeId;
}
