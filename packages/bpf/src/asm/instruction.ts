/**
 * The instruction set of eBPF as plain data.
 *
 * An `Instruction` is symbolic: jumps name labels, map loads name maps. `assemble` turns a list of them into the
 * kernel's 8-byte `struct bpf_insn` (include/uapi/linux/bpf.h; RFC 9669).
 */

/** r0 (result) .. r9, and r10, the read-only frame pointer. */
export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

/** Width of a memory access in bytes. */
export type AccessSize = 1 | 2 | 4 | 8;

/** The second operand of an ALU operation, a store or a jump: a register, or a 32-bit immediate that is sign-extended. */
export type Source = { readonly reg: Register } | { readonly imm: number };

export type AluOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sdiv'
  | 'mod'
  | 'smod'
  | 'or'
  | 'and'
  | 'lsh'
  | 'rsh'
  | 'arsh'
  | 'xor'
  | 'mov';

/** `s…` compare signed. `set` is `dst & src`. */
export type JumpOp = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'sgt' | 'sge' | 'slt' | 'sle' | 'set';

export type AtomicOp = 'add' | 'and' | 'or' | 'xor' | 'xchg' | 'cmpxchg';

/** What a two-slot `lddw` loads. */
export type Imm64 =
  | { readonly kind: 'const'; readonly value: bigint }
  /** The address of a map (BPF_PSEUDO_MAP_FD). */
  | { readonly kind: 'map'; readonly map: string }
  /** The address of byte `offset` of the only value of an array map (BPF_PSEUDO_MAP_VALUE). */
  | { readonly kind: 'map-value'; readonly map: string; readonly offset: number }
  /** The address of a subprogram, by label, for a callback argument (BPF_PSEUDO_FUNC). */
  | { readonly kind: 'function'; readonly label: string }
  /** The address of a kernel variable, by BTF id (BPF_PSEUDO_BTF_ID). */
  | { readonly kind: 'btf'; readonly btfId: number };

export type CallTarget =
  /** A helper, by number (enum bpf_func_id). */
  | { readonly kind: 'helper'; readonly id: number }
  /** A subprogram of the same program, by label. */
  | { readonly kind: 'function'; readonly label: string }
  /** A kernel function exported to BPF, by BTF id in vmlinux. */
  | { readonly kind: 'kfunc'; readonly btfId: number };

/** Where an instruction comes from in the source text, for the verifier's log: 1-based line and column. */
export interface SourceLine {
  readonly line: number;
  readonly column: number;
  /** The whole text of that line. */
  readonly text: string;
}

/** What every instruction may carry. */
interface Annotated {
  readonly source?: SourceLine;
  /** Free text that the disassembler shows behind the instruction. */
  readonly comment?: string;
}

export type Instruction = Annotated &
  (
    | {
        readonly kind: 'label';
        readonly name: string /** The label starts a subprogram. */;
        readonly function?: boolean;
      }
    /** `dst = dst op src`; with `op: 'mov'`, `dst = src`. `signExtend`: movsx from that many bits (ISA v4, Linux 6.6). */
    | {
        readonly kind: 'alu';
        readonly op: AluOp;
        readonly bits: 32 | 64;
        readonly dst: Register;
        readonly src: Source;
        readonly signExtend?: 8 | 16 | 32;
      }
    | { readonly kind: 'neg'; readonly bits: 32 | 64; readonly dst: Register }
    /** Byte order: convert to little or big endian, or swap always (`bswap`, Linux 6.6). */
    | {
        readonly kind: 'endian';
        readonly to: 'le' | 'be' | 'swap';
        readonly bits: 16 | 32 | 64;
        readonly dst: Register;
      }
    /** `dst = *(size *)(base + offset)`; `signed` sign-extends (Linux 6.6). */
    | {
        readonly kind: 'load';
        readonly size: AccessSize;
        readonly signed?: boolean;
        readonly dst: Register;
        readonly base: Register;
        readonly offset: number;
      }
    | {
        readonly kind: 'store';
        readonly size: AccessSize;
        readonly base: Register;
        readonly offset: number;
        readonly src: Source;
      }
    | {
        readonly kind: 'atomic';
        readonly op: AtomicOp;
        readonly fetch: boolean;
        readonly size: 4 | 8;
        readonly base: Register;
        readonly offset: number;
        readonly src: Register;
      }
    | { readonly kind: 'lddw'; readonly dst: Register; readonly value: Imm64 }
    /** Classic packet access into r0 from skb in r6: `BPF_ABS` (no `index`) or `BPF_IND`. */
    | { readonly kind: 'load-packet'; readonly size: 1 | 2 | 4; readonly offset: number; readonly index?: Register }
    | {
        readonly kind: 'jump';
        readonly op: JumpOp;
        readonly bits: 32 | 64;
        readonly dst: Register;
        readonly src: Source;
        readonly target: string;
      }
    | { readonly kind: 'goto'; readonly target: string }
    | { readonly kind: 'call'; readonly target: CallTarget }
    | { readonly kind: 'exit' }
  );
