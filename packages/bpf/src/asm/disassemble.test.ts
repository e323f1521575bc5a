import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryProgram } from './arbitrary-program.test-kit.ts';
import { AsmError } from './asm-error.ts';
import { assemble } from './assemble.ts';
import * as asm from './builders.ts';
import { disassemble } from './disassemble.ts';

describe('disassemble', () => {
  it('makes up labels for targets, in order', () => {
    const program = assemble([asm.jeqImm(0, 0, 'b'), asm.label('a'), asm.goto('a'), asm.label('b'), asm.exit()]);
    expect(disassemble(program.bytes)).toEqual([
      asm.jeqImm(0, 0, 'l2'),
      asm.label('l1'),
      asm.goto('l1'),
      asm.label('l2'),
      asm.exit(),
    ]);
  });

  it('knows what the assembler tells: names of functions and maps, sources', () => {
    const source = { line: 1, column: 1, text: 'exit()' };
    const program = [
      asm.functionLabel('main'),
      asm.loadMap(1, 'events'),
      asm.loadFunction(2, 'l1'),
      { ...asm.exit(), source },
      { ...asm.functionLabel('l1') },
      { ...asm.goto('l1'), source },
    ];
    const assembled = assemble(program);
    expect(disassemble(assembled.bytes, assembled)).toEqual(program);
  });

  it('gives maps and functions names where it knows none', () => {
    const { bytes } = assemble([
      asm.loadMap(1, 'events'),
      asm.callFunction('sub'),
      asm.exit(),
      asm.functionLabel('sub'),
      asm.exit(),
    ]);
    bytes[4] = 7;
    const [load, call] = disassemble(bytes, { byteOrder: 'little' });
    expect([load, call]).toEqual([asm.loadMap(1, 'fd7'), asm.callFunction('f1')]);
  });

  it('assembles to what it was made of', () => {
    fc.assert(
      fc.property(arbitraryProgram(), fc.constantFrom('little' as const, 'big' as const), (program, byteOrder) => {
        const assembled = assemble(program, { byteOrder });
        expect(assemble(disassemble(assembled.bytes, assembled), { byteOrder })).toEqual(assembled);
      }),
      { numRuns: 300 },
    );
  });

  it('takes any bytes for a program that assembles to them, or refuses them', () => {
    const slot = fc.record({
      opcode: fc.integer({ min: 0, max: 255 }),
      registers: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })),
      offset: fc.oneof(fc.constant(0), fc.integer({ min: -4, max: 4 })),
      imm: fc.oneof(fc.constant(0), fc.constantFrom(1, 16, 32, 64, 0xa1, 0xe1, -1)),
    });
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(slot, { minLength: 1, maxLength: 4 }), (slots) => {
        const bytes = new Uint8Array(slots.length * 8);
        const view = new DataView(bytes.buffer);
        for (const [i, { opcode, registers, offset, imm }] of slots.entries()) {
          view.setUint8(i * 8, opcode);
          view.setUint8(i * 8 + 1, registers);
          view.setInt16(i * 8 + 2, offset, true);
          view.setInt32(i * 8 + 4, imm, true);
        }
        const instructions = orError(() => disassemble(bytes, { byteOrder: 'little' }));
        if (instructions instanceof AsmError) return;
        accepted++;
        const again = assemble(instructions, { byteOrder: 'little' });
        for (const { insnIndex } of again.relocations) view.setInt32(insnIndex * 8 + 4, 0);
        expect(again.bytes).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it.each([
    ['half a slot', [0x95, 0, 0, 0]],
    ['half an lddw', [0x18, 0, 0, 0, 0, 0, 0, 0]],
    ['register 11', [0xbf, 0x0b, 0, 0, 0, 0, 0, 0]],
    ['an unused field with something in it', [0x95, 0, 1, 0, 0, 0, 0, 0]],
    ['a jump out of the program', [0x05, 0, 5, 0, 0, 0, 0, 0]],
    ['a jump behind the end', [0x05, 0, 0, 0, 0, 0, 0, 0]],
    ['a jump into an lddw', [0x05, 0, 1, 0, 0, 0, 0, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('refuses %s', (_what, bytes) => {
    expect(orError(() => disassemble(Uint8Array.from(bytes), { byteOrder: 'little' }))).toMatchObject({
      code: 'invalid-bytes',
    });
  });
});

function orError<T>(work: () => T): T | AsmError {
  try {
    return work();
  } catch (error) {
    if (error instanceof AsmError) return error;
    throw error;
  }
}
