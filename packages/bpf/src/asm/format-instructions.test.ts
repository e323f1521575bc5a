import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryProgram } from './arbitrary-program.test-kit.ts';
import { AsmError } from './asm-error.ts';
import * as asm from './builders.ts';
import { formatInstruction } from './format-instruction.ts';
import { formatInstructions } from './format-instructions.ts';
import type { Instruction } from './instruction.ts';
import { parseInstructions } from './parse-instructions.ts';

const source = { line: 3, column: 5, text: '@[comm] = count();' };

const program: Instruction[] = [
  { ...asm.functionLabel('main'), source },
  { ...asm.loadMap(1, '@counts[comm]'), source, comment: 'the map' },
  { ...asm.ldx(4, 0, 1, 8), source },
  asm.jump32('sgt', 0, asm.imm(5), 'out'),
  asm.callHelper('map_lookup_elem'),
  asm.atomic('add', 8, 0, 0, 1),
  asm.label('out'),
  asm.exit(),
];

describe('formatInstructions', () => {
  it('shows sources above and comments behind', () => {
    expect(formatInstructions(program)).toBe(
      `; 3:5 @[comm] = count();
function main:
  r1 = map["@counts[comm]"] ll           ; the map
  r0 = *(u32 *)(r1 +8)
;
  if w0 s> 5 goto out
  call map_lookup_elem
  lock *(u64 *)(r0 +0) += r1
out:
  exit
`,
    );
  });

  it('numbers slots, and leaves out sources and comments', () => {
    expect(formatInstructions(program, { offsets: true, sources: false, comments: false })).toBe(
      `function main:
 0: r1 = map["@counts[comm]"] ll
 2: r0 = *(u32 *)(r1 +8)
 3: if w0 s> 5 goto out
 4: call map_lookup_elem
 5: lock *(u64 *)(r0 +0) += r1
out:
 6: exit
`,
    );
  });

  it.each<[string, Instruction]>([
    ['"1st \\"label\\"":', asm.label('1st "label"')],
    ['r1 = (s16)r2', asm.movsx64(1, 2, 16)],
    ['w1 s%= -3', asm.alu32('smod', 1, asm.imm(-3))],
    ['r1 s>>= r3', asm.alu64('arsh', 1, asm.reg(3))],
    ['r4 = -r4', asm.neg64(4)],
    ['r2 = be16 r2', asm.endian('be', 16, 2)],
    ['r2 = bswap64 r2', asm.endian('swap', 64, 2)],
    ['r1 = *(s16 *)(r10 -4)', asm.ldsx(2, 1, 10, -4)],
    ['*(u8 *)(r10 -1) = 255', asm.st(1, 10, -1, 255)],
    ['r2 = atomic_fetch_and((u32 *)(r1 +0), r2)', asm.atomicFetch('and', 4, 1, 0, 2)],
    ['r2 = atomic64_xchg((u64 *)(r1 +0), r2)', asm.atomic('xchg', 8, 1, 0, 2)],
    ['r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)', asm.atomic('cmpxchg', 8, 1, 0, 2)],
    ['r1 = 0xffffffffffff ll', asm.lddw(1, 0xffff_ffff_ffffn)],
    ['r1 = -2 ll', asm.lddw(1, -2n)],
    ['r1 = map[config][0]+8 ll', asm.loadMapValue(1, 'config', 8)],
    ['r1 = function[body] ll', asm.loadFunction(1, 'body')],
    ['r1 = btf[5] ll', asm.loadBtfVariable(1, 5)],
    ['r0 = *(u16 *)skb[12]', asm.loadPacket(2, 12)],
    ['r0 = *(u8 *)skb[r7 -2]', asm.loadPacket(1, -2, 7)],
    ['if r1 & r2 goto l1', asm.jump('set', 1, asm.reg(2), 'l1')],
    ['call function[body]', asm.callFunction('body')],
    ['call kfunc[7]', asm.callKfunc(7)],
    ['call helper[999]', { kind: 'call', target: { kind: 'helper', id: 999 } }],
  ])('%s', (text, instruction) => {
    expect(formatInstruction(instruction)).toBe(text);
    expect(parseInstructions(text)).toEqual([instruction]);
  });
});

describe('parseInstructions', () => {
  it('is the inverse of formatInstructions', () => {
    fc.assert(
      fc.property(arbitraryProgram(), fc.boolean(), (instructions, offsets) => {
        expect(parseInstructions(formatInstructions(instructions, { offsets }))).toEqual(instructions);
      }),
      { numRuns: 300 },
    );
  });

  it('skips empty lines and comments of its own', () => {
    expect(parseInstructions('\n  ; hello\n\texit\r\n')).toEqual([asm.exit()]);
  });

  it.each([
    ['exit\nr1 = r11', 2, 'line 2: "r1 = r11" is no instruction'],
    ['call no_such_helper', 1, 'line 1: "call no_such_helper" is no instruction'],
    ['r1 = bswap16 r2', 1, 'line 1: "r1 = bswap16 r2" is no instruction'],
    ['r1 ~= r2', 1, 'line 1: "r1 ~= r2" is no instruction'],
    ['"\\x":', 1, 'line 1: ""\\x":" is no instruction'],
  ])('refuses %j', (text, at, message) => {
    expect(() => parseInstructions(text)).toThrow(expect.objectContaining({ code: 'invalid-text', at, message }));
  });

  it('takes any text for instructions, or refuses it', () => {
    const word = fc.constantFrom(
      'r1',
      'w2',
      '=',
      '+=',
      '5',
      'll',
      'if',
      'goto',
      'call',
      '"',
      ';',
      '\n',
      'exit',
      ':',
      '[',
      ']',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
        try {
          parseInstructions(words.join(' '));
        } catch (error) {
          expect(error).toBeInstanceOf(AsmError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
