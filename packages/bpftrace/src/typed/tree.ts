/**
 * The typed tree: the script after name and type resolution, against one kernel.
 *
 * Nothing is implicit here any more: wildcards are expanded, builtins that are only sugar are spelled out (`ppid` is a chain
 * of loads from `curtask`), every conversion is a `cast`, every member access is a load at an offset, `unroll` is unrolled, positional
 * parameters are literals. A tree exists only where the script has no errors, so lowering never reports mistakes (only
 * exceeded limits).
 */
import type { AttachSpec, ProgramType } from '@waggle/bpf/spec';
import type { IdentityField } from '../script/compiled-script.ts';
import type { FormatString } from '../script/format-string.ts';
import type { Span } from '../source/span.ts';
import type { AggregateType, IntType, RecordType, StackType, TupleType, Type } from '../types/type.ts';

export interface TypedScript {
  /** In script order; `begin` and `end` probes among them. */
  readonly probes: readonly TypedProbe[];
  /** In order of first mention. */
  readonly maps: readonly MapSymbol[];
  readonly config: ScriptConfig;
}

/** The config block with its defaults: bpftrace's names in camel case. */
export interface ScriptConfig {
  /** Bytes that `str()` reads at most, without the terminator: 1023 (`max_strlen` counts it, as in bpftrace). */
  readonly maxStrlen: number;
  /** 4096 */
  readonly maxMapKeys: number;
  /** Bytes of a value that may live in the 512-byte frame: 32. */
  readonly onStackLimit: number;
  readonly stackMode: StackType['mode'];
  readonly printMapsOnExit: boolean;
}

export interface MapSymbol {
  /** With its `@`. */
  readonly name: string;
  /** Dense from 0. */
  readonly index: number;
  /** Absent: a scalar map. A tuple type for several keys. */
  readonly key?: Type;
  readonly value: Type;
  readonly maxEntries: number;
  /** From `let @m = lruhash(10)`. */
  readonly declared?: 'hash' | 'lruhash' | 'percpuhash' | 'percpulruhash' | 'percpuarray' | 'array';
  /** Where it was first mentioned. */
  readonly span: Span;
}

/** One per declared variable: two scopes with the same name have two symbols. */
export interface VariableSymbol {
  /** With its `$`. */
  readonly name: string;
  /** Dense within its probe, from 0. */
  readonly index: number;
  readonly type: Type;
  /** Assigned exactly once, where it is declared, outside of loops: it keeps the provenance of its value. */
  readonly constant: boolean;
}

/** One place where a program attaches. */
export interface TypedAttachPoint {
  readonly attach: AttachSpec;
  /** Value of the builtin `probe`: the full name, as `tracepoint:syscalls:sys_enter_openat`. */
  readonly name: string;
}

/** One BPF program. A probe of the script becomes several where its body depends on where it is attached. */
export interface TypedProbe {
  readonly programType: ProgramType;
  readonly attachPoints: readonly TypedAttachPoint[];
  /** `begin` and `end` run by test-run; `other` by the kernel. */
  readonly phase: 'begin' | 'end' | 'other';
  /**
   * Which task an event belongs to, for the target's guard: the current one; `explicit` where the body itself asks with
   * `in_target()`; `none` for begin, end and interval.
   */
  readonly guard: 'current' | 'explicit' | 'none';
  readonly predicate?: TypedExpression;
  readonly body: readonly TypedStatement[];
  readonly variables: readonly VariableSymbol[];
  readonly span: Span;
}

// Expressions ----------------------------------------------------------------------------------------------------------

interface Typed {
  readonly type: Type;
  readonly span: Span;
}

/**
 * Expressions of scalar type (int, bool, pointer, interned, ksym, timestamp, …) are values of a 64-bit register, zero- or
 * sign-extended from their size. All others (string, struct, tuple, inet, stack, …) are bytes in memory, laid out as `layout.ts` says.
 */
export type TypedExpression =
  | IntegerConstant
  | StringConstant
  | BytesConstant
  | InternedConstant
  | Builtin
  | IdentityRead
  | ContextLoad
  | VariableRead
  | MapRead
  | HasKey
  | MapLength
  | DeleteKey
  | UnaryOperation
  | BinaryOperation
  | LogicalOperation
  | StringCompare
  | StringContains
  | StringLength
  | Choice
  | Cast
  | Load
  | Extract
  | TupleValue
  | RecordValue
  | VariableUpdate
  | MapUpdate
  | ReadString
  | ReadBuffer
  | BufferOf
  | StackCall
  | SymbolCall
  | NetworkAddress
  | ByteSwap
  | HelperCall
  | InTarget
  | BlockValue;

/** Of type int, bool or pointer. */
export interface IntegerConstant extends Typed {
  readonly kind: 'integer';
  readonly value: bigint;
}

export interface StringConstant extends Typed {
  readonly kind: 'string';
  /** UTF-16; its UTF-8 form, cut to the type's size less one, is the value. */
  readonly value: string;
}

/** Of an array type of as many bytes. */
export interface BytesConstant extends Typed {
  readonly kind: 'bytes';
  readonly value: Uint8Array;
}

/** A literal text by its number; the empty one is 0, as is what nobody knows. */
export interface InternedConstant extends Typed {
  readonly kind: 'interned';
  readonly value: string;
}

/** What the current task's cgroup is to the cluster: `pod`, `label("app")`. An interned text, 0 where it is nothing. */
export interface IdentityRead extends Typed {
  readonly kind: 'identity';
  readonly field: IdentityField;
}

export interface Builtin extends Typed {
  readonly kind: 'builtin';
  readonly name:
    | 'pid' // u32 tgid
    | 'tid' // u32
    | 'uid' // u32
    | 'gid' // u32
    | 'cpu' // u32
    | 'comm' // string of 16 bytes
    | 'curtask' // pointer to struct task_struct
    | 'cgroup' // u64
    | 'nsecs' // u64, CLOCK_MONOTONIC
    | 'nsecs_boot' // u64, CLOCK_BOOTTIME
    | 'nsecs_tai'
    | 'nsecs_sw_tai'
    | 'elapsed' // u64 since the trace started
    | 'rand' // u32
    | 'numaid' // u32
    | 'jiffies' // u64
    | 'ctx' // pointer
    | 'func_ip'; // u64 address of the probed function, for ksym/usym
}

/** `*(sizeBytes *)(ctx + offset)`. */
export interface ContextLoad extends Typed {
  readonly kind: 'context-load';
  readonly offset: number;
  readonly sizeBytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  /** A pointer that the verifier knows with its BTF type (arguments of fentry and of BTF raw tracepoints). */
  readonly trusted: boolean;
}

export interface VariableRead extends Typed {
  readonly kind: 'variable';
  readonly variable: VariableSymbol;
}

/** Zero (all bytes) where the key is missing. Reading an aggregate gives its sum over CPUs as an integer. */
export interface MapRead extends Typed {
  readonly kind: 'map';
  readonly map: MapSymbol;
  readonly key?: TypedExpression;
}

/** `has_key(@m, k)`: bool. */
export interface HasKey extends Typed {
  readonly kind: 'has-key';
  readonly map: MapSymbol;
  readonly key: TypedExpression;
}

/** `len(@m)` */
export interface MapLength extends Typed {
  readonly kind: 'map-length';
  readonly map: MapSymbol;
}

/** `delete(@m, k)`: bool, true where the key was there. Without a key, a scalar map is set to zero. */
export interface DeleteKey extends Typed {
  readonly kind: 'delete';
  readonly map: MapSymbol;
  readonly key?: TypedExpression;
}

export interface UnaryOperation extends Typed {
  readonly kind: 'unary';
  readonly operator: '-' | '~' | '!';
  readonly operand: TypedExpression;
}

/** Both operands have the same scalar type. Comparisons give bool; they are signed where the operands are. */
export interface BinaryOperation extends Typed {
  readonly kind: 'binary';
  readonly operator:
    | '+'
    | '-'
    | '*'
    | '/'
    | '%'
    | '<<'
    | '>>'
    | '&'
    | '|'
    | '^'
    | '=='
    | '!='
    | '<'
    | '<='
    | '>'
    | '>=';
  readonly left: TypedExpression;
  readonly right: TypedExpression;
}

/** Short-circuit; operands are scalars tested against zero. */
export interface LogicalOperation extends Typed {
  readonly kind: 'logical';
  readonly operator: '&&' | '||';
  readonly left: TypedExpression;
  readonly right: TypedExpression;
}

/** Equality of strings (or of equal types in memory: `bytes`) up to the first NUL or `limit` bytes; gives bool. */
export interface StringCompare extends Typed {
  readonly kind: 'string-compare';
  readonly equal: boolean;
  readonly left: TypedExpression;
  readonly right: TypedExpression;
  readonly limit?: number;
  /** Compare whole values byte for byte: tuples, records, addresses. */
  readonly bytes: boolean;
}

export interface StringContains extends Typed {
  readonly kind: 'string-contains';
  readonly haystack: TypedExpression;
  readonly needle: TypedExpression;
}

/** `strlen(s)`: bytes before the NUL; gives uint64. */
export interface StringLength extends Typed {
  readonly kind: 'string-length';
  readonly operand: TypedExpression;
}

/** `c ? a : b`; both branches have the expression's type. */
export interface Choice extends Typed {
  readonly kind: 'choice';
  readonly condition: TypedExpression;
  readonly then: TypedExpression;
  readonly otherwise: TypedExpression;
}

/**
 * Scalar to scalar: truncated or extended to the new type (a pointer is a u64); to bool: `!= 0`. String to a larger string:
 * padded with zeros. Integer to an array: its bytes in memory, and zeros behind them. Tuple or record to one of wider elements: element by element. Pointers keep no provenance over a cast.
 */
export interface Cast extends Typed {
  readonly kind: 'cast';
  readonly operand: TypedExpression;
}

/**
 * The value at `address + offset`, read from `space`; a fault gives zeros. A `string` type reads up to its size and stops at NUL. Member
 * chains within one struct are one load. With `bitfield`, `offset` is in bytes and `bitfield.offsetBits` counts from there.
 */
export interface Load extends Typed {
  readonly kind: 'load';
  readonly address: TypedExpression;
  readonly offset: number;
  readonly space: 'kernel' | 'user' | 'bpf';
  readonly bitfield?: { readonly offsetBits: number; readonly sizeBits: number };
  /** The member as BTF has it, for direct loads through a trusted address; absent after casts to script-defined structs. */
  readonly btf?: boolean;
}

/** Part of a value that is in memory already: tuple element, record field, member of a stored struct, array element. */
export interface Extract extends Typed {
  readonly kind: 'extract';
  readonly object: TypedExpression;
  readonly offset: number;
  readonly bitfield?: { readonly offsetBits: number; readonly sizeBits: number };
  /** An element behind a computed index; the result is zero outside of `length`. */
  readonly index?: { readonly value: TypedExpression; readonly length: number; readonly strideBytes: number };
}

export interface TupleValue extends Typed {
  readonly kind: 'tuple';
  readonly type: TupleType;
  readonly elements: readonly TypedExpression[];
}

export interface RecordValue extends Typed {
  readonly kind: 'record';
  readonly type: RecordType;
  readonly fields: readonly TypedExpression[];
}

/** `$x++`, `--$x`, `$x += 3` as values. */
export interface VariableUpdate extends Typed {
  readonly kind: 'variable-update';
  readonly variable: VariableSymbol;
  readonly delta: TypedExpression;
  readonly gives: 'old' | 'new';
}

/** `@x++`, `@x[k] += n` on integer maps: an atomic add, the entry made where it is missing. */
export interface MapUpdate extends Typed {
  readonly kind: 'map-update';
  readonly map: MapSymbol;
  readonly key?: TypedExpression;
  readonly delta: TypedExpression;
  readonly gives: 'old' | 'new';
}

/** `str(p, n)`: up to `type.sizeBytes - 1` bytes, and no more than `length`. */
export interface ReadString extends Typed {
  readonly kind: 'read-string';
  readonly address: TypedExpression;
  readonly space: 'kernel' | 'user' | 'bpf';
  readonly length?: TypedExpression;
}

/** `buf(p, n)` */
export interface ReadBuffer extends Typed {
  readonly kind: 'read-buffer';
  readonly address: TypedExpression;
  readonly space: 'kernel' | 'user' | 'bpf';
  readonly length: TypedExpression;
}

/** `buf(value, n)`: the first bytes of a string or an array that is no place in the kernel; `type.sizeBytes` is no more than it has. */
export interface BufferOf extends Typed {
  readonly kind: 'buffer-of';
  readonly type: { readonly kind: 'buffer'; readonly sizeBytes: number };
  readonly operand: TypedExpression;
  readonly length: TypedExpression;
}

export interface StackCall extends Typed {
  readonly kind: 'stack';
  readonly type: StackType;
}

/** `ksym(a)`, `usym(a)`: the address, and for `usym` the process. */
export interface SymbolCall extends Typed {
  readonly kind: 'symbol';
  readonly address: TypedExpression;
}

/** `ntop([family,] address)`: type inet. `address` is an integer (IPv4, network order), or 4 or 16 bytes in memory. */
export interface NetworkAddress extends Typed {
  readonly kind: 'ntop';
  readonly family?: TypedExpression;
  readonly address: TypedExpression;
}

export interface ByteSwap extends Typed {
  readonly kind: 'bswap';
  readonly type: IntType;
  readonly operand: TypedExpression;
}

/** A helper of the kernel whose arguments are scalars and whose result is a scalar. */
export interface HelperCall extends Typed {
  readonly kind: 'helper';
  readonly helper: string;
  readonly args: readonly TypedExpression[];
}

/** `in_target()`, `in_target(task)`: whether the current task, or that one, belongs to the trace's target; bool. */
export interface InTarget extends Typed {
  readonly kind: 'in-target';
  /** Pointer to struct task_struct. */
  readonly task?: TypedExpression;
}

export interface BlockValue extends Typed {
  readonly kind: 'block-value';
  readonly statements: readonly TypedStatement[];
  readonly value: TypedExpression;
}

// Statements -----------------------------------------------------------------------------------------------------------

interface Spanned {
  readonly span: Span;
}

export type TypedStatement = Spanned &
  (
    | { readonly kind: 'evaluate'; readonly expression: TypedExpression }
    | { readonly kind: 'assign-variable'; readonly variable: VariableSymbol; readonly value: TypedExpression }
    /** `value` has the map's value type exactly. */
    | {
        readonly kind: 'assign-map';
        readonly map: MapSymbol;
        readonly key?: TypedExpression;
        readonly value: TypedExpression;
      }
    /** `@x = count()`, `@x = hist(v)`, …: `value` is absent for `count`. */
    | {
        readonly kind: 'aggregate';
        readonly map: MapSymbol;
        readonly key?: TypedExpression;
        readonly aggregate: AggregateType;
        readonly value?: TypedExpression;
      }
    | { readonly kind: 'printf'; readonly format: FormatString; readonly args: readonly TypedExpression[] }
    /** `print(value)`; a record value becomes an event of the trace. */
    | { readonly kind: 'print-value'; readonly value: TypedExpression }
    | { readonly kind: 'print-map'; readonly map: MapSymbol; readonly top?: number; readonly div?: number }
    /** `print(@m[k])` of an aggregate. */
    | { readonly kind: 'print-entry'; readonly map: MapSymbol; readonly key: TypedExpression }
    | { readonly kind: 'clear-map' | 'zero-map'; readonly map: MapSymbol }
    /** `time(format)`: shown when the record is read. */
    | { readonly kind: 'time'; readonly format: string }
    /** `join(argv, delimiter)`: a NULL-terminated array of pointers to strings; up to 16 of them. */
    | {
        readonly kind: 'join';
        readonly address: TypedExpression;
        readonly space: 'kernel' | 'user';
        readonly delimiter: string;
      }
    | { readonly kind: 'cat' | 'system'; readonly format: FormatString; readonly args: readonly TypedExpression[] }
    /** Ends the trace, and the probe. */
    | { readonly kind: 'exit'; readonly code?: TypedExpression }
    | {
        readonly kind: 'if';
        readonly condition: TypedExpression;
        readonly then: readonly TypedStatement[];
        readonly otherwise: readonly TypedStatement[];
      }
    /** `start` inclusive, `end` exclusive; both are evaluated once. */
    | {
        readonly kind: 'for-range';
        readonly variable: VariableSymbol;
        readonly start: TypedExpression;
        readonly end: TypedExpression;
        readonly body: readonly TypedStatement[];
      }
    | {
        readonly kind: 'for-map';
        readonly variable: VariableSymbol;
        readonly map: MapSymbol;
        readonly body: readonly TypedStatement[];
      }
    | { readonly kind: 'while'; readonly condition: TypedExpression; readonly body: readonly TypedStatement[] }
    | { readonly kind: 'return'; readonly value?: TypedExpression }
    | { readonly kind: 'break' | 'continue' }
  );
