import type { SourcePlace } from '../asm/assemble.ts';
import type { ByteOrder } from '../asm/byte-order.ts';
import { HOST_BYTE_ORDER } from '../asm/byte-order.ts';
import { BtfWriter } from './btf-writer.ts';
import type { BtfTypeId } from './types.ts';

/** The few types that functions of a program take and give. */
export type ProgramType = 'void' | 'int' | 'u32' | 'u64' | 'pointer';

/** What a function takes and gives, as the verifier is told. */
export interface ProgramProto {
  readonly returns: ProgramType;
  readonly params: readonly { readonly name: string; readonly type: ProgramType }[];
}

/** A program: `int f(void *ctx)`. */
export const MAIN_PROTO: ProgramProto = { returns: 'int', params: [{ name: 'ctx', type: 'pointer' }] };

/** The callback of `bpf_loop` (Linux 5.17). */
export const LOOP_CALLBACK_PROTO: ProgramProto = {
  returns: 'int',
  params: [
    { name: 'index', type: 'u32' },
    { name: 'ctx', type: 'pointer' },
  ],
};

/** The callback of `bpf_for_each_map_elem` (Linux 5.13). */
export const MAP_CALLBACK_PROTO: ProgramProto = {
  returns: 'int',
  params: [
    { name: 'map', type: 'pointer' },
    { name: 'key', type: 'pointer' },
    { name: 'value', type: 'pointer' },
    { name: 'ctx', type: 'pointer' },
  ],
};

export interface ProgramFunction {
  /** Shown in stacks and logs; characters that C does not know in a name become `_`. */
  readonly name: string;
  /** Slot at which it starts. */
  readonly insnOffset: number;
  /** Default: `MAIN_PROTO`. */
  readonly proto?: ProgramProto;
}

export interface ProgramBtfInput {
  /** As `assemble` gives them: the main program first, all subprograms, by rising slot. */
  readonly functions: readonly ProgramFunction[];
  /** As `assemble` gives them. */
  readonly sources: readonly SourcePlace[];
  /** Name of the source text. */
  readonly fileName: string;
  /** Default: this machine's. */
  readonly byteOrder?: ByteOrder;
}

/** What `BPF_PROG_LOAD` takes beside the instructions, so that the verifier's log quotes the source. */
export interface ProgramBtf {
  /** For `BPF_BTF_LOAD` (Linux 4.18). */
  readonly btf: Uint8Array;
  /** `struct bpf_func_info {u32 insn_off, type_id}` for each function (Linux 5.0). */
  readonly funcInfo: Uint8Array;
  /** `struct bpf_line_info {u32 insn_off, file_name_off, line_off, line_col}` (Linux 5.0); empty without sources. */
  readonly lineInfo: Uint8Array;
}

/** Bytes of a `struct bpf_func_info`: `func_info_rec_size`. */
export const FUNC_INFO_SIZE = 8;
/** Bytes of a `struct bpf_line_info`: `line_info_rec_size`. */
export const LINE_INFO_SIZE = 16;

/** Describes a program's functions and source lines to the kernel. */
export function programBtf(input: ProgramBtfInput): ProgramBtf {
  const byteOrder = input.byteOrder ?? HOST_BYTE_ORDER;
  const writer = new BtfWriter();
  const typeOf = programTypes(writer);
  const functions = input.functions.map((fn) => {
    const { returns, params } = fn.proto ?? MAIN_PROTO;
    const protoId = writer.add({
      kind: 'function-proto',
      returnId: typeOf(returns),
      params: params.map((param) => ({ name: cIdentifier(param.name), typeId: typeOf(param.type) })),
    });
    const name = cIdentifier(fn.name);
    return [fn.insnOffset, writer.add({ kind: 'function', name, protoId, linkage: 'static' })];
  });
  const fileName = writer.string(input.fileName);
  const lines = linesOfFunctions(input).map(({ insnOffset, source }) => {
    return [insnOffset, fileName, writer.string(source.text), lineColumn(source.line, source.column)];
  });
  return {
    btf: writer.finish(byteOrder),
    funcInfo: packWords(functions, byteOrder),
    lineInfo: packWords(lines, byteOrder),
  };
}

/** Adds each type when it is first needed. */
function programTypes(writer: BtfWriter): (type: ProgramType) => BtfTypeId {
  const ids = new Map<ProgramType, BtfTypeId>([['void', 0]]);
  const int = (name: string, sizeBytes: number, signed: boolean): BtfTypeId =>
    writer.add({ kind: 'int', name, sizeBytes, signed, char: false, bool: false, bits: sizeBytes * 8, offsetBits: 0 });
  const add = (type: ProgramType): BtfTypeId => {
    switch (type) {
      case 'void':
        return 0;
      case 'int':
        return int('int', 4, true);
      case 'u32':
        return int('u32', 4, false);
      case 'u64':
        return int('u64', 8, false);
      case 'pointer':
        return writer.add({ kind: 'pointer', typeId: 0 });
      default:
        return type satisfies never;
    }
  };
  return (type) => {
    const id = ids.get(type) ?? add(type);
    ids.set(type, id);
    return id;
  };
}

/**
 * The kernel refuses line records unless one stands at the start of each function. Where the compiler gave none, the
 * line in force there serves: the function's next one, else the one before.
 */
function linesOfFunctions(input: ProgramBtfInput): readonly SourcePlace[] {
  const { sources, functions } = input;
  const lines = [...sources];
  for (const { insnOffset } of functions) {
    if (lines.some((line) => line.insnOffset === insnOffset)) continue;
    const near = sources.find((line) => line.insnOffset > insnOffset) ?? sources.at(-1);
    if (near) lines.push({ insnOffset, source: near.source });
  }
  return lines.sort((a, b) => a.insnOffset - b.insnOffset);
}

/** `line << 10 | column`, as BPF_LINE_INFO_LINE_NUM and BPF_LINE_INFO_LINE_COL take them apart. */
function lineColumn(line: number, column: number): number {
  return (Math.min(line, 0x3fffff) << 10) | Math.min(column, 0x3ff);
}

function cIdentifier(name: string): string {
  return name
    .replace(/[^A-Za-z0-9_]/g, '_')
    .replace(/^(?=\d|$)/, '_')
    .slice(0, 127);
}

function packWords(records: readonly (readonly number[])[], byteOrder: ByteOrder): Uint8Array {
  const words = records.flat();
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setUint32(i * 4, word >>> 0, byteOrder === 'little');
  return bytes;
}
