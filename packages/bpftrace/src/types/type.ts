/**
 * The types of the language. A type says how a value is laid out in memory (`layout.ts`) and how it is shown.
 */
import type { BtfTypeId } from '@waggle/bpf/btf';

/** Which address space a pointer points into: `kernel` and `user` need a probe read; `bpf` is a map value or the stack. */
export type AddressSpace = 'kernel' | 'user' | 'bpf';

export interface IntType {
  readonly kind: 'int';
  readonly sizeBytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  /** Set for values of an enum: they print as the enumerator's name. */
  readonly enum?: EnumInfo;
}

export interface EnumInfo {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

export interface PointerType {
  readonly kind: 'pointer';
  /** `none` for `void *`. */
  readonly to: Type;
  readonly space: AddressSpace;
}

/** Members are looked up when they are used: in BTF (`btfId`), or among the script's own definitions (`members`). */
export interface StructType {
  readonly kind: 'struct';
  readonly union: boolean;
  /** Without the `struct` keyword; may be empty. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly btfId?: BtfTypeId;
  readonly members?: readonly StructMemberType[];
}

export interface StructMemberType {
  /** Empty for anonymous members. */
  readonly name: string;
  readonly type: Type;
  readonly offsetBits: number;
  readonly bitfieldSizeBits: number;
}

export interface TupleType {
  readonly kind: 'tuple';
  readonly elements: readonly Type[];
}

export interface RecordType {
  readonly kind: 'record';
  readonly fields: readonly { readonly name: string; readonly type: Type }[];
}

export type StackMode = 'bpftrace' | 'perf' | 'raw' | 'build_id';

/**
 * A stack as a value of 16 bytes: `s64 id` in the stack map of its limit (negative: -errno, no stack), `u32 pid` (tgid,
 * for user stacks; else 0), `u32 probe` (index of the program; for symbols of short-lived processes).
 */
export interface StackType {
  readonly kind: 'kstack' | 'ustack';
  readonly mode: StackMode;
  /** Frames, 1..127 (kernel.perf_event_max_stack may allow more). */
  readonly limit: number;
}

/** What a map holds where it is written by an aggregating function. `value` is what goes in. */
export type AggregateType =
  | { readonly kind: 'count' }
  | { readonly kind: 'sum' | 'avg' | 'min' | 'max' | 'stats'; readonly signed: boolean }
  /** Power-of-two buckets, each split into 2^bits linear ones (0..5). */
  | { readonly kind: 'hist'; readonly bits: number }
  /** Linear buckets. */
  | { readonly kind: 'lhist'; readonly min: bigint; readonly max: bigint; readonly step: bigint };

export type Type =
  /** No value: a call that is a statement; `void`. */
  | { readonly kind: 'none' }
  /** An erroneous expression: every pass takes it in silence, since the mistake has been reported. */
  | { readonly kind: 'error' }
  | IntType
  | { readonly kind: 'bool' }
  /** NUL-terminated bytes in a buffer of `sizeBytes`, terminator included; the rest after the NUL is zero in keys. */
  | { readonly kind: 'string'; readonly sizeBytes: number }
  /** u32 length, then up to `sizeBytes` bytes. */
  | { readonly kind: 'buffer'; readonly sizeBytes: number }
  | PointerType
  | { readonly kind: 'array'; readonly element: Type; readonly length: number }
  | StructType
  | TupleType
  | RecordType
  | StackType
  /** u64 address. */
  | { readonly kind: 'ksym' }
  /** u64 address, u32 pid (tgid), u32 probe. */
  | { readonly kind: 'usym' }
  /** u64 uid. */
  | { readonly kind: 'username' }
  /** u64 family (AF_INET, AF_INET6), then 16 bytes: the address in network order, an IPv4 one in the first four. */
  | { readonly kind: 'inet' }
  /** 6 bytes. */
  | { readonly kind: 'mac' }
  /** u64 nanoseconds since boot (`clock: boot`), and the strftime format to show them with. */
  | { readonly kind: 'timestamp'; readonly format: string; readonly clock: 'monotonic' | 'boot' | 'tai' | 'realtime' }
  /** u64 cgroup id, shown as its path. */
  | { readonly kind: 'cgroup-path'; readonly pattern?: string }
  /** u64 errno, shown as its text. */
  | { readonly kind: 'strerror' }
  /** u32: a text that user space knows by this number; 0: none. */
  | { readonly kind: 'interned' }
  | AggregateType;

export type TypeKind = Type['kind'];

/** True for what only a map can hold. */
export function isAggregate(type: Type): type is AggregateType {
  return AGGREGATES.has(type.kind);
}

const AGGREGATES: ReadonlySet<TypeKind> = new Set(['count', 'sum', 'avg', 'min', 'max', 'stats', 'hist', 'lhist']);

export const NONE: Type = { kind: 'none' };
export const ERROR: Type = { kind: 'error' };
export const INTERNED: Type = { kind: 'interned' };
export const BOOL: Type = { kind: 'bool' };
export const INT64: IntType = { kind: 'int', sizeBytes: 8, signed: true };
export const UINT64: IntType = { kind: 'int', sizeBytes: 8, signed: false };
export const INT32: IntType = { kind: 'int', sizeBytes: 4, signed: true };
export const UINT32: IntType = { kind: 'int', sizeBytes: 4, signed: false };
export const UINT16: IntType = { kind: 'int', sizeBytes: 2, signed: false };
export const UINT8: IntType = { kind: 'int', sizeBytes: 1, signed: false };

/** A string type that holds `length` bytes and a terminator. */
export function stringOf(length: number): Type {
  return { kind: 'string', sizeBytes: length + 1 };
}
