import { describe, expect, it } from 'vitest';
import { AsmError } from './asm-error.ts';
import { assemble } from './assemble.ts';
import * as asm from './builders.ts';
import type { Instruction } from './instruction.ts';

function hex(instructions: readonly Instruction[], byteOrder: 'little' | 'big' = 'little'): string {
  const { bytes } = assemble(instructions, { byteOrder });
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.match(/.{16}/g)?.join(' ') ?? '';
}

function failure(instructions: readonly Instruction[]): AsmError {
  try {
    assemble(instructions);
  } catch (error) {
    if (error instanceof AsmError) return error;
    throw error;
  }
  throw new Error('assembled');
}

describe('assemble', () => {
  // opcode, src << 4 | dst, offset (2), imm (4): the encodings of RFC 9669.
  it.each<[string, Instruction, string]>([
    ['r0 = r7', asm.mov64(0, 7), 'bf70000000000000'],
    ['r0 = -1', asm.mov64Imm(0, -1), 'b7000000ffffffff'],
    ['w3 = w4', asm.mov32(3, 4), 'bc43000000000000'],
    ['w3 = 5', asm.mov32Imm(3, 5), 'b403000005000000'],
    ['r1 = (s8)r2', asm.movsx64(1, 2, 8), 'bf21080000000000'],
    ['r1 = (s32)r2', asm.movsx64(1, 2, 32), 'bf21200000000000'],
    ['r10 += -8', asm.add64Imm(10, -8), '070a0000f8ffffff'],
    ['r1 += r2', asm.add64(1, 2), '0f21000000000000'],
    ['r1 -= r2', asm.sub64(1, 2), '1f21000000000000'],
    ['r1 *= r2', asm.alu64('mul', 1, asm.reg(2)), '2f21000000000000'],
    ['r1 /= 10', asm.alu64('div', 1, asm.imm(10)), '370100000a000000'],
    ['r1 s/= 10', asm.alu64('sdiv', 1, asm.imm(10)), '370101000a000000'],
    ['w1 %= w2', asm.alu32('mod', 1, asm.reg(2)), '9c21000000000000'],
    ['w1 s%= w2', asm.alu32('smod', 1, asm.reg(2)), '9c21010000000000'],
    ['r1 |= r2', asm.or64(1, 2), '4f21000000000000'],
    ['r1 &= 255', asm.and64Imm(1, 255), '57010000ff000000'],
    ['r1 <<= 32', asm.lsh64Imm(1, 32), '6701000020000000'],
    ['r1 >>= 32', asm.rsh64Imm(1, 32), '7701000020000000'],
    ['r1 s>>= 32', asm.arsh64Imm(1, 32), 'c701000020000000'],
    ['w1 ^= w2', asm.alu32('xor', 1, asm.reg(2)), 'ac21000000000000'],
    ['r1 = -r1', asm.neg64(1), '8701000000000000'],
    ['w1 = -w1', { kind: 'neg', bits: 32, dst: 1 }, '8401000000000000'],
    ['r1 = le16 r1', asm.endian('le', 16, 1), 'd401000010000000'],
    ['r1 = be32 r1', asm.endian('be', 32, 1), 'dc01000020000000'],
    ['r1 = bswap64 r1', asm.endian('swap', 64, 1), 'd701000040000000'],
    ['r0 = *(u8 *)(r1 +8)', asm.ldx(1, 0, 1, 8), '7110080000000000'],
    ['r0 = *(u16 *)(r1 +8)', asm.ldx(2, 0, 1, 8), '6910080000000000'],
    ['r0 = *(u32 *)(r1 +8)', asm.ldx(4, 0, 1, 8), '6110080000000000'],
    ['r0 = *(u64 *)(r1 -8)', asm.ldx(8, 0, 1, -8), '7910f8ff00000000'],
    ['r0 = *(s8 *)(r1 +8)', asm.ldsx(1, 0, 1, 8), '9110080000000000'],
    ['r0 = *(s32 *)(r1 +8)', asm.ldsx(4, 0, 1, 8), '8110080000000000'],
    ['*(u64 *)(r10 -8) = r1', asm.stx(8, 10, -8, 1), '7b1af8ff00000000'],
    ['*(u8 *)(r10 -1) = r1', asm.stx(1, 10, -1, 1), '731affff00000000'],
    ['*(u32 *)(r10 -4) = 7', asm.st(4, 10, -4, 7), '620afcff07000000'],
    ['*(u64 *)(r10 -8) = 0', asm.st(8, 10, -8, 0), '7a0af8ff00000000'],
    ['lock *(u64 *)(r0 +0) += r1', asm.atomic('add', 8, 0, 0, 1), 'db10000000000000'],
    ['lock *(u32 *)(r0 +4) |= r1', asm.atomic('or', 4, 0, 4, 1), 'c310040040000000'],
    ['r1 = atomic64_fetch_add', asm.atomicFetch('add', 8, 0, 0, 1), 'db10000001000000'],
    ['r1 = atomic64_fetch_xor', asm.atomicFetch('xor', 8, 0, 0, 1), 'db100000a1000000'],
    ['r1 = atomic64_xchg', asm.atomic('xchg', 8, 0, 0, 1), 'db100000e1000000'],
    ['r0 = atomic64_cmpxchg', asm.atomic('cmpxchg', 8, 2, 0, 1), 'db120000f1000000'],
    ['r1 = 0x… ll', asm.lddw(1, 0x1122334455667788n), '1801000088776655 0000000044332211'],
    ['r1 = -1 ll', asm.lddw(1, -1n), '18010000ffffffff 00000000ffffffff'],
    ['r1 = map[m] ll', asm.loadMap(1, 'm'), '1811000000000000 0000000000000000'],
    ['r1 = map[m][0]+16 ll', asm.loadMapValue(1, 'm', 16), '1821000000000000 0000000010000000'],
    ['r1 = btf[77] ll', asm.loadBtfVariable(1, 77), '183100004d000000 0000000000000000'],
    ['r0 = *(u16 *)skb[12]', asm.loadPacket(2, 12), '280000000c000000'],
    ['r0 = *(u8 *)skb[r7 +2]', asm.loadPacket(1, 2, 7), '5070000002000000'],
    ['call map_lookup_elem', asm.callHelper('map_lookup_elem'), '8500000001000000'],
    ['call get_current_cgroup_id', asm.callHelper('get_current_cgroup_id'), '8500000050000000'],
    ['call kfunc[9]', asm.callKfunc(9), '8520000009000000'],
    ['exit', asm.exit(), '9500000000000000'],
  ])('encodes %s', (_text, instruction, expected) => {
    expect(hex([instruction])).toBe(expected);
  });

  it.each<[string, Instruction, string]>([
    ['if r0 == 0 goto', asm.jeqImm(0, 0, 'out'), '15000100'],
    ['if r0 != r1 goto', asm.jump('ne', 0, asm.reg(1), 'out'), '5d100100'],
    ['if w0 s> 5 goto', asm.jump32('sgt', 0, asm.imm(5), 'out'), '66000100'],
    ['if r0 & 8 goto', asm.jump('set', 0, asm.imm(8), 'out'), '45000100'],
    ['if r0 < r1 goto', asm.jump('lt', 0, asm.reg(1), 'out'), 'ad100100'],
    ['if w0 s<= w1 goto', asm.jump32('sle', 0, asm.reg(1), 'out'), 'de100100'],
    ['goto', asm.goto('out'), '05000100'],
  ])('encodes %s', (_text, instruction, expected) => {
    expect(hex([instruction, asm.mov64Imm(0, 0), asm.label('out'), asm.exit()]).slice(0, 8)).toBe(expected);
  });

  it('swaps the register halves on big endian', () => {
    expect(hex([asm.ldx(4, 2, 1, 8), asm.lddw(3, 1n)], 'big')).toBe(
      '6121000800000000 1830000000000001 0000000000000000',
    );
  });

  it('counts a jump over a two-slot load, backwards and forwards', () => {
    const program = [asm.label('top'), asm.lddw(1, 1n), asm.goto('end'), asm.goto('top'), asm.label('end'), asm.exit()];
    expect(hex(program)).toBe('1801000001000000 0000000000000000 0500010000000000 0500fcff00000000 9500000000000000');
  });

  it('resolves calls and callbacks, and lists functions, maps and sources', () => {
    const source = { line: 2, column: 1, text: '@ = count()' };
    const program = assemble(
      [
        { ...asm.loadFunction(2, 'body'), source },
        { ...asm.loadMapValue(1, 'config', 8), source: { ...source } },
        asm.callFunction('body'),
        { ...asm.exit(), source: { ...source, line: 3 } },
        asm.functionLabel('body'),
        asm.loadMap(1, 'counts'),
        asm.exit(),
      ],
      { byteOrder: 'little' },
    );
    expect(Array.from(program.bytes.subarray(0, 8))).toEqual([0x18, 0x42, 0, 0, 5, 0, 0, 0]);
    expect(Array.from(program.bytes.subarray(32, 40))).toEqual([0x85, 0x10, 0, 0, 1, 0, 0, 0]);
    expect(program.insnCount).toBe(9);
    expect(program.functions).toEqual([
      { label: '', insnOffset: 0 },
      { label: 'body', insnOffset: 6 },
    ]);
    expect(program.relocations).toEqual([
      { insnIndex: 2, kind: 'map-value', map: 'config', offset: 8 },
      { insnIndex: 6, kind: 'map', map: 'counts', offset: 0 },
    ]);
    expect(program.sources).toEqual([
      { insnOffset: 0, source },
      { insnOffset: 5, source: { ...source, line: 3 } },
    ]);
  });

  it('reaches as far as 16 bits do, and no further', () => {
    const far = (count: number) => [
      asm.goto('end'),
      ...Array.from({ length: count }, () => asm.mov64Imm(0, 0)),
      asm.label('end'),
      asm.exit(),
    ];
    expect(assemble(far(32767), { byteOrder: 'little' }).bytes.slice(2, 4)).toEqual(Uint8Array.of(0xff, 0x7f));
    expect(failure(far(32768))).toMatchObject({ code: 'jump-too-far', at: 0 });
  });

  it.each<[string, Instruction[], string, number | undefined]>([
    ['a label twice', [asm.label('a'), asm.exit(), asm.label('a'), asm.exit()], 'duplicate-label', 2],
    ['no such label', [asm.exit(), asm.goto('a')], 'missing-label', 1],
    ['a label behind the end', [asm.goto('a'), asm.label('a')], 'missing-label', 0],
    ['a call of no function', [asm.callFunction('a'), asm.label('a'), asm.exit()], 'invalid-instruction', 0],
    ['an empty function', [asm.functionLabel('a'), asm.functionLabel('b'), asm.exit()], 'invalid-instruction', 1],
    ['an empty last function', [asm.exit(), asm.functionLabel('a')], 'invalid-instruction', undefined],
    ['a large immediate', [asm.mov64Imm(0, 2 ** 31)], 'immediate-out-of-range', 0],
    ['a fraction', [asm.mov64Imm(0, 0.5)], 'immediate-out-of-range', 0],
    ['a large constant', [asm.lddw(0, 2n ** 64n)], 'immediate-out-of-range', 0],
    ['a far offset', [asm.ldx(4, 0, 1, 32768)], 'offset-out-of-range', 0],
    [
      'a sign-extending load of all',
      [{ ...asm.ldx(8, 0, 1, 0), signed: true } as Instruction],
      'invalid-instruction',
      0,
    ],
    [
      'a sign-extending move to the same width',
      [{ kind: 'alu', op: 'mov', bits: 32, dst: 0, src: { reg: 1 }, signExtend: 32 }],
      'invalid-instruction',
      0,
    ],
    [
      'a sign-extending addition',
      [{ kind: 'alu', op: 'add', bits: 64, dst: 0, src: { reg: 1 }, signExtend: 8 }],
      'invalid-instruction',
      0,
    ],
    [
      'an exchange without result',
      [{ kind: 'atomic', op: 'xchg', fetch: false, size: 8, base: 0, offset: 0, src: 1 }],
      'invalid-instruction',
      0,
    ],
  ])('refuses %s', (_what, program, code, at) => {
    expect(failure(program)).toMatchObject({ code, at });
  });

  it('tells value and limit of what it refuses', () => {
    expect(failure([asm.exit(), asm.mov64Imm(0, 4294967295)]).message).toBe(
      'instruction 1: immediate 4294967295: a signed 32-bit integer is wanted',
    );
  });
});
