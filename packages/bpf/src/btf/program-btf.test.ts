import { describe, expect, it } from 'vitest';
import { assemble } from '../asm/assemble.ts';
import * as asm from '../asm/builders.ts';
import { Btf } from './btf.ts';
import { printType } from './print-type.ts';
import { LOOP_CALLBACK_PROTO, programBtf } from './program-btf.ts';

const source = (line: number, column: number, text: string) => ({ line, column, text });

describe('programBtf', () => {
  const program = assemble([
    { ...asm.mov64Imm(0, 0), source: source(1, 1, 'BEGIN { loop() }') },
    asm.loadFunction(2, 'body'),
    { ...asm.exit(), source: source(2, 3, '  exit()') },
    asm.functionLabel('body'),
    asm.mov64Imm(0, 0),
    asm.exit(),
  ]);
  const names = ['tracepoint:sched:sched_switch', '1st loop'];
  const {
    btf: bytes,
    funcInfo,
    lineInfo,
  } = programBtf({
    functions: program.functions.map((place, i) => ({
      name: names[i] ?? '',
      insnOffset: place.insnOffset,
      ...(i > 0 && { proto: LOOP_CALLBACK_PROTO }),
    })),
    sources: program.sources,
    fileName: 'script.bt',
    byteOrder: 'little',
  });
  const btf = Btf.parse(bytes);
  const words = (records: Uint8Array) => Array.from(new Uint32Array(records.buffer));
  const stringAt = (offset: number) => {
    const strings = bytes.subarray(24 + new DataView(bytes.buffer).getUint32(16, true));
    return new TextDecoder().decode(strings.subarray(offset, strings.indexOf(0, offset)));
  };

  it('has a function type for each function, with a name that C knows', () => {
    const [mainStart, mainType, bodyStart, bodyType] = words(funcInfo);
    expect([mainStart, bodyStart]).toEqual([0, 4]);
    expect(printType(btf, mainType ?? 0)).toBe('int tracepoint_sched_sched_switch(void *ctx)');
    expect(printType(btf, bodyType ?? 0)).toBe('int _1st_loop(u32 index, void *ctx)');
  });

  it('has a line record for each change of the line, and for each function', () => {
    const records = words(lineInfo);
    const lines = Array.from({ length: records.length / 4 }, (_, i) => records.slice(i * 4, i * 4 + 4));
    expect(lines.map(([insn, file, text, place]) => [insn, stringAt(file!), stringAt(text!), place])).toEqual([
      [0, 'script.bt', 'BEGIN { loop() }', (1 << 10) | 1],
      [3, 'script.bt', '  exit()', (2 << 10) | 3],
      [4, 'script.bt', '  exit()', (2 << 10) | 3],
    ]);
  });

  it('has no line records where there are no sources', () => {
    const empty = programBtf({ functions: [{ name: 'f', insnOffset: 0 }], sources: [], fileName: 'x' });
    expect(empty.lineInfo).toHaveLength(0);
    expect(empty.funcInfo).toHaveLength(8);
  });
});
