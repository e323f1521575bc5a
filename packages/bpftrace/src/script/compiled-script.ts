/**
 * What compiling gives: pure description. `trace` makes kernel objects of it; `output` shows its records and maps.
 */
import type { MapSpec, ProgramSpec } from '@waggle/bpf/spec';
import type { Span } from '../source/span.ts';
import type { Type } from '../types/type.ts';
import type { FormatString } from './format-string.ts';

export interface CompiledScript {
  readonly programs: readonly CompiledProgram[];
  /** The script's maps, in order of first mention. */
  readonly maps: readonly ScriptMap[];
  /** Everything to create before loading: the script's maps and the engine's own (`INTERNAL_MAPS`), by spec name. */
  readonly mapSpecs: readonly MapSpec[];
  /** Indexed by the action id in a record's header. */
  readonly actions: readonly Action[];
  /** Largest stack limit, and whether any: which `stacks_N` map belongs to a limit. */
  readonly stackMaps: readonly { readonly limit: number; readonly map: string }[];
  readonly printMapsOnExit: boolean;
  /** What the script asks of who did it; absent where it asks nothing. */
  readonly identity?: IdentityLayout;
}

/** How `waggle_identities` says what a cgroup is to the cluster. */
export interface IdentityLayout {
  /** Field `i` is the u32 at offset `4 * i` of the map's value: the number of its text, 0 where there is none. */
  readonly fields: readonly IdentityField[];
  readonly valueBytes: number;
  /** Texts that the script compares with. Text `i` has the number `i + 1`: the trace's table of texts starts with them. */
  readonly literals: readonly string[];
}

export type IdentityField =
  | { readonly kind: 'node' | 'namespace' | 'pod' | 'container' | 'workload' }
  /** The value of a label of the pod. */
  | { readonly kind: 'label'; readonly key: string };

export interface CompiledProgram {
  /** `spec.attach` is the first of `attachPoints`. */
  readonly spec: ProgramSpec;
  readonly attachPoints: readonly { readonly attach: ProgramSpec['attach']; readonly name: string }[];
  readonly phase: 'begin' | 'end' | 'other';
  /** The probe in the script. */
  readonly span: Span;
}

/** Names in `mapSpecs` of the maps that the engine owns. Those that a script does not need are not there. */
export const INTERNAL_MAPS = {
  /** Ring buffer of records. */
  ring: 'waggle_ring',
  /** Array of one value: `GLOBALS`. */
  globals: 'waggle_globals',
  /** Per-CPU array with one entry a program: scratch memory for what does not fit the frame. */
  scratch: 'waggle_scratch',
  /** Per-CPU array of one entry: `LEDGER`. */
  ledger: 'waggle_ledger',
  /** Hash: u64 cgroup id -> u8 1. The target set. */
  targets: 'waggle_targets',
  /** Hash: u64 cgroup id -> u32 numbers of texts, as `CompiledScript.identity` says. */
  identities: 'waggle_identities',
} as const;

/** Byte offsets in the value of `waggle_globals`. */
export const GLOBALS = {
  /** u64: CLOCK_BOOTTIME at the start of the trace, set by the engine before `begin` runs. */
  startNs: 0,
  /** s64: CLOCK_TAI less CLOCK_MONOTONIC, set by the engine before `begin` runs; for `nsecs(sw_tai)`. */
  taiOffsetNs: 8,
  sizeBytes: 16,
} as const;

/**
 * Byte offsets of the u64 counters in `waggle_ledger`, per CPU: what was lost, and why. What was kept is counted where it is read.
 * Each is touched on the failing path only.
 */
export const LEDGER = {
  /** Records that found the ring buffer full. */
  ringFull: 0,
  /** Map updates that found the map full (or no memory). */
  mapFull: 8,
  /** Strings cut at their limit. */
  stringCut: 16,
  /** Stacks that could not be stored (-EEXIST: a hash collision; -ENOMEM). */
  stackLost: 24,
  sizeBytes: 32,
} as const;

export interface ScriptMap {
  /** As in the script, with its `@`. */
  readonly name: string;
  readonly key?: Type;
  readonly value: Type;
  /** Name in `mapSpecs`. */
  readonly spec: string;
  /**
   * How its entries lie in the kernel map (always key layout, zero padding):
   * - `value`: key -> value, its size rounded up to 8.
   * - `per-cpu`: key -> per CPU `AGGREGATE_SIZE` bytes, to be merged over CPUs.
   * - `per-cpu-buckets`: scalar hist and lhist: one entry, per CPU a u64 for each bucket.
   * - `per-cpu-bucket-keys`: keyed hist and lhist: key, padding to 8, u64 bucket -> per CPU u64 count.
   * Scalar maps are (per-CPU) arrays of one entry; behind the value of `value` and `per-cpu` stands a u64 that is 1 once the map has been
   * set (and 0 after `delete` or `clear`): an unset scalar is not shown.
   */
  readonly storage: 'value' | 'per-cpu' | 'per-cpu-buckets' | 'per-cpu-bucket-keys';
}

/**
 * Per-CPU values of aggregates: u64 each.
 * count: {count}; sum: {sum}; avg, stats: {total, count}; min, max: {value, isSet}.
 */
export const AGGREGATE_SIZE = { count: 8, sum: 8, avg: 16, stats: 16, min: 16, max: 16 } as const;

// Records --------------------------------------------------------------------------------------------------------------

/** Every record starts with u32 action id, u32 zero. */
export const RECORD_HEADER_BYTES = 8;

/** Behind the header, where `context` is true: who did it. */
export const CONTEXT = {
  /** u64 CLOCK_BOOTTIME nanoseconds. */
  timeNs: 8,
  /** u64 cgroup id of the current task. */
  cgroupId: 16,
  /** u32 tgid */
  pid: 24,
  /** u32 */
  tid: 28,
  /** 16 bytes, NUL-terminated. */
  comm: 32,
  endBytes: 48,
} as const;

export interface RecordLayout {
  readonly context: boolean;
  /** Bytes of the fixed part, header included. The bytes of dynamic fields follow it. */
  readonly fixedBytes: number;
  /** Bytes of the largest possible record. */
  readonly maxBytes: number;
  readonly fields: readonly RecordField[];
}

export interface RecordField {
  readonly name: string;
  readonly type: Type;
  readonly place: /** In the fixed part, laid out as the type says. */
    | { readonly kind: 'inline'; readonly offset: number }
    /**
     * A string or buffer in the variable part. In the fixed part at `offset` (aligned to 4): u16 length with bit 15 set where the
     * string was cut, u16 offset of the first byte from the start of the record. No terminator counted; `buffer`: bytes only.
     */
    | { readonly kind: 'dynamic'; readonly offset: number }
    /** Known at compile time and not sent. */
    | { readonly kind: 'constant'; readonly value: bigint | string };
}

export const STRING_CUT_FLAG = 0x8000;

/** What user space does with a record. */
export type Action =
  | { readonly kind: 'printf'; readonly format: FormatString; readonly layout: RecordLayout }
  /** One field. */
  | { readonly kind: 'print-value'; readonly layout: RecordLayout }
  /** A record of the script: an event with named fields, and with `context` where the options ask for it. */
  | { readonly kind: 'event'; readonly layout: RecordLayout }
  | {
      readonly kind: 'print-map';
      readonly map: string;
      readonly top?: number;
      readonly div?: number;
      readonly layout: RecordLayout;
    }
  /** One field: the key. */
  | { readonly kind: 'print-entry'; readonly map: string; readonly layout: RecordLayout }
  | { readonly kind: 'clear-map' | 'zero-map'; readonly map: string; readonly layout: RecordLayout }
  | { readonly kind: 'time'; readonly format: string; readonly layout: RecordLayout }
  /** Fields are dynamic strings in order, some of them empty; `count` (u32, first field) says how many there are. */
  | { readonly kind: 'join'; readonly delimiter: string; readonly layout: RecordLayout }
  | { readonly kind: 'cat' | 'system'; readonly format: FormatString; readonly layout: RecordLayout }
  /** One field: s64 exit code. */
  | { readonly kind: 'exit'; readonly layout: RecordLayout }
  /** Something went wrong at run time: one field, s64 result of the helper. `helper`: its name, where one failed (`map_update_elem`). */
  | {
      readonly kind: 'runtime-error';
      readonly message: string;
      readonly span: Span;
      readonly helper?: string;
      readonly layout: RecordLayout;
    };
