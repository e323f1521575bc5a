/**
 * The numbers of the BTF format: include/uapi/linux/btf.h, Documentation/bpf/btf.rst.
 *
 * A blob is a header, a type section and a string section. Every record of the type section is made of 32-bit words:
 *
 * ```
 * word 0  offset of the name in the string section
 * word 1  info: bits 0-15 vlen, bits 24-28 kind, bit 31 kind_flag
 * word 2  size in bytes, or the id of the type referred to
 * ...     by kind: see WORDS_FIXED and WORDS_PER_ENTRY
 * ```
 */
import type { BtfKind } from './types.ts';

export const BTF_MAGIC = 0xeb9f;
export const BTF_VERSION = 1;
/** u16 magic, u8 version, u8 flags, u32 hdr_len, type_off, type_len, str_off, str_len. */
export const BTF_HEADER_SIZE = 24;

export const KIND = {
  INT: 1,
  POINTER: 2,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  FORWARD: 7,
  TYPEDEF: 8,
  VOLATILE: 9,
  CONST: 10,
  RESTRICT: 11,
  FUNCTION: 12,
  FUNCTION_PROTO: 13,
  VARIABLE: 14,
  SECTION: 15,
  FLOAT: 16,
  DECL_TAG: 17,
  TYPE_TAG: 18,
  ENUM64: 19,
} as const;

export const MAX_KIND = 19;

/** Words behind the first three, by kind. */
export const WORDS_FIXED = Uint8Array.of(0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0);
/** Words for each of `vlen` members, values, parameters or variables, by kind. */
export const WORDS_PER_ENTRY = Uint8Array.of(0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3);

/** Bits of `1 << KIND` for each kind of the contract; `enum` covers two of the format's. */
export const KIND_MASK: Readonly<Record<BtfKind, number>> = {
  void: 0,
  int: 1 << KIND.INT,
  float: 1 << KIND.FLOAT,
  pointer: 1 << KIND.POINTER,
  array: 1 << KIND.ARRAY,
  struct: 1 << KIND.STRUCT,
  union: 1 << KIND.UNION,
  enum: (1 << KIND.ENUM) | (1 << KIND.ENUM64),
  forward: 1 << KIND.FORWARD,
  typedef: 1 << KIND.TYPEDEF,
  const: 1 << KIND.CONST,
  volatile: 1 << KIND.VOLATILE,
  restrict: 1 << KIND.RESTRICT,
  'type-tag': 1 << KIND.TYPE_TAG,
  'decl-tag': 1 << KIND.DECL_TAG,
  function: 1 << KIND.FUNCTION,
  'function-proto': 1 << KIND.FUNCTION_PROTO,
  variable: 1 << KIND.VARIABLE,
  section: 1 << KIND.SECTION,
};

/** Kinds whose name is their own; a tag's "name" is its text. */
export const NAMED_KINDS = ~(KIND_MASK['type-tag'] | KIND_MASK['decl-tag']);

/** Flags of an int's encoding, bits 24-27 of its extra word. */
export const INT_ENCODING = { SIGNED: 1, CHAR: 2, BOOL: 4 } as const;

/** Linkage of functions and variables, by its number. */
export const LINKAGE = ['static', 'global', 'extern'] as const;
