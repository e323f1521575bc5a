import { formatInstructions } from '@waggle/bpf/asm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FunctionBuilder } from '../ir/function-builder.ts';
import { printIr } from '../ir/print.ts';
import { validateIr } from '../ir/validate.ts';
import { at, CONTEXT, functionAddress, imm, inSlot, mapAddress, reg, slotAddress } from '../ir/values.ts';
import { type EmitOptions, emitProgram } from './emit-program.ts';
import { buildMain, emitMain } from './emit-text.test-kit.ts';
import { interpretInstructions } from './interpret-instructions.test-kit.ts';
import { interpretIr } from './interpret-ir.test-kit.ts';
import { CONTEXT_BYTES, randomProgram } from './random-program.test-kit.ts';

const LOOKUP = 1;
const KTIME = 5;
const PRINTK = 6;
const STACKID = 27;
const LOOP = 181;

/** `count` registers loaded from the context. */
function loads(f: FunctionBuilder, count: number) {
  return Array.from({ length: count }, (_, index) => f.load(8, at(f.params[0]!, index * 8)));
}

describe('emitProgram', () => {
  it.each<[string, (f: FunctionBuilder) => void, string[], EmitOptions?]>([
    [
      'operands stay in place',
      (f) => {
        const [a, b] = loads(f, 2);
        f.return(reg(f.binary('sub', a!, reg(b!))));
      },
      ['r0 = *(u64 *)(r1 +0)', 'r1 = *(u64 *)(r1 +8)', 'r0 -= r1', 'exit'],
    ],
    [
      'the context stays in r1 where it is used before the first call only',
      (f) => f.return(reg(f.call(STACKID, [CONTEXT, mapAddress('stacks'), imm(0)]))),
      ['r2 = map[stacks] ll', 'r3 = 0', 'call get_stackid', 'exit'],
    ],
    [
      'a register that calls keep holds it otherwise',
      (f) => {
        const now = f.call(KTIME, []);
        f.store(8, at(f.load(8, at(f.params[0]!, 8))), reg(now));
      },
      ['r6 = r1', 'call ktime_get_ns', 'r1 = *(u64 *)(r6 +8)', '*(u64 *)(r1 +0) = r0', 'r0 = 0', 'exit'],
    ],
    [
      'arguments are made where they belong, those from registers first',
      (f) => {
        const [a] = loads(f, 1);
        f.callVoid(PRINTK, [imm(3), reg(a!), reg(f.params[0]!)]);
      },
      ['r2 = *(u64 *)(r1 +0)', 'r3 = r1', 'r1 = 3', 'call trace_printk', 'r0 = 0', 'exit'],
    ],
    [
      'one register more than calls keep goes to the frame',
      (f) => {
        const values = loads(f, 5);
        f.callVoid(PRINTK, []);
        f.return(reg(values.reduce((sum, value) => f.binary('add', sum, reg(value)))));
      },
      [
        'r2 = *(u64 *)(r1 +0)',
        '*(u64 *)(r10 -8) = r2',
        'r9 = *(u64 *)(r1 +8)',
        'r6 = *(u64 *)(r1 +16)',
        'r7 = *(u64 *)(r1 +24)',
        'r8 = *(u64 *)(r1 +32)',
        'call trace_printk',
        'r0 = *(u64 *)(r10 -8)',
        'r0 += r9',
        'r0 += r6',
        'r0 += r7',
        'r0 += r8',
        'exit',
      ],
    ],
    [
      'constants are made again rather than kept in the frame',
      (f) => {
        const [wide, a, b, c, d] = [f.const(1n << 40n), ...loads(f, 4)];
        f.store(8, at(a!), reg(wide!));
        f.callVoid(PRINTK, []);
        for (const value of [a, b, c, d]) f.store(8, at(value!), reg(wide!));
      },
      [
        'r6 = *(u64 *)(r1 +0)',
        'r7 = *(u64 *)(r1 +8)',
        'r8 = *(u64 *)(r1 +16)',
        'r9 = *(u64 *)(r1 +24)',
        'r1 = 0x10000000000 ll',
        '*(u64 *)(r6 +0) = r1',
        'call trace_printk',
        'r1 = 0x10000000000 ll',
        '*(u64 *)(r6 +0) = r1',
        'r1 = 0x10000000000 ll',
        '*(u64 *)(r7 +0) = r1',
        'r1 = 0x10000000000 ll',
        '*(u64 *)(r8 +0) = r1',
        'r1 = 0x10000000000 ll',
        '*(u64 *)(r9 +0) = r1',
        'r0 = 0',
        'exit',
      ],
    ],
    [
      'a loop tests at its end',
      (f) => {
        const [head, body, done] = [f.newBlock(), f.newBlock(), f.newBlock()];
        const i = f.const(0);
        f.setBlock(head);
        f.branch('lt', i, imm(10), body, done);
        f.setBlock(body);
        f.callVoid(PRINTK, [reg(i)]);
        f.binary('add', i, imm(1), 64, i);
        f.goto(head);
        f.setBlock(done);
      },
      ['r6 = 0', 'main.2:', 'r1 = r6', 'call trace_printk', 'r6 += 1', 'if r6 < 10 goto main.2', 'r0 = 0', 'exit'],
    ],
    [
      'what is unlikely goes to the end',
      (f) => {
        const [rare, usual, join] = [f.newBlock(), f.newBlock(), f.newBlock()];
        f.branch('eq', f.load(8, at(f.params[0]!)), imm(0), rare, usual, { likely: 'otherwise' });
        f.setBlock(rare);
        f.callVoid(PRINTK, []);
        f.goto(join);
        f.setBlock(usual);
        f.callVoid(KTIME, [imm(1)]);
        f.callVoid(PRINTK, [imm(2)]);
        f.setBlock(join);
      },
      [
        'r1 = *(u64 *)(r1 +0)',
        'if r1 == 0 goto main.2',
        'r1 = 2',
        'call trace_printk',
        'main.4:',
        'r0 = 0',
        'exit',
        'main.2:',
        'call trace_printk',
        'goto main.4',
      ],
    ],
    [
      'signs are extended by shifts',
      (f) => f.return(reg(f.extend(loads(f, 1)[0]!, 8, true))),
      ['r0 = *(u64 *)(r1 +0)', 'r0 <<= 56', 'r0 s>>= 56', 'exit'],
    ],
    [
      'or by one instruction of version 4',
      (f) => f.return(reg(f.extend(loads(f, 1)[0]!, 8, true))),
      ['r1 = *(u64 *)(r1 +0)', 'r0 = (s8)r1', 'exit'],
      { isa: 4 },
    ],
    [
      'or by the load',
      (f) => f.return(reg(f.extend(f.load(4, at(f.params[0]!)), 32, true))),
      ['r0 = *(s32 *)(r1 +0)', 'exit'],
      { isa: 4 },
    ],
    ['constants of 32 bits take one slot', (f) => f.return(reg(f.const(0xffffffffn))), ['w0 = -1', 'exit']],
    [
      'old values are fetched into a copy',
      (f) => {
        const [a] = loads(f, 1);
        const old = f.atomicFetch('add', 8, at(a!), a!);
        f.return(reg(f.binary('xor', old, reg(a!))));
      },
      ['r1 = *(u64 *)(r1 +0)', 'r0 = r1', 'r0 = atomic64_fetch_add((u64 *)(r1 +0), r0)', 'r0 ^= r1', 'exit'],
    ],
  ])('%s', (_, write, expected, options) => {
    expect(emitMain(write, options)).toEqual(expected);
  });

  it('gives slots that are not in use at once the same bytes', () => {
    const fn = buildMain((f) => {
      for (let i = 0; i < 20; i++) {
        const key = f.newSlot(64, 8, `key${i}`);
        f.callVoid(113, [slotAddress(key), imm(64), imm(0)]);
        f.callVoid(LOOKUP, [mapAddress('m'), slotAddress(key)]);
      }
    });
    expect(emitProgram({ functions: [fn] })).toMatchObject({ kind: 'program', stats: { frameBytes: 64 } });
  });

  it('keeps a slot for as long as a register leads there', () => {
    const lines = emitMain((f) => {
      const [first, second] = [f.newSlot(8, 8, 'first'), f.newSlot(8, 8, 'second')];
      f.store(8, inSlot(first), imm(1));
      const pointer = f.binary('add', f.address(slotAddress(first)), reg(f.binary('and', f.params[0]!, imm(0))));
      f.store(8, inSlot(second), imm(2));
      f.callVoid(LOOKUP, [mapAddress('m'), slotAddress(second)]);
      f.callVoid(LOOKUP, [mapAddress('m'), reg(pointer)]);
    });
    expect(lines).toContain('*(u64 *)(r10 -8) = 1');
    expect(lines).toContain('*(u64 *)(r10 -16) = 2');
  });

  it('says what fills the frame', () => {
    const fn = buildMain((f) => {
      const slots = [300, 200, 100].map((size) => f.newSlot(size, 8, `$string${size}`));
      for (const slot of slots) f.callVoid(PRINTK, [slotAddress(slot), imm(8)]);
      for (const slot of slots) f.callVoid(PRINTK, [slotAddress(slot), imm(8)]);
    });
    expect(emitProgram({ functions: [fn] })).toEqual({
      kind: 'frame-overflow',
      needed: 608,
      limit: 512,
      largest: [300, 200, 100].map((sizeBytes) => ({ function: 'main', name: `$string${sizeBytes}`, sizeBytes })),
    });
  });

  it('adds up the frames of a chain of calls', () => {
    const each = new FunctionBuilder('each', 2);
    const big = each.newSlot(400, 8, 'big');
    each.callVoid(PRINTK, [slotAddress(big), imm(8)]);
    each.return();
    const small = buildMain((f) => f.callVoid(LOOP, [imm(10), functionAddress('each'), imm(0), imm(0)]));
    expect(emitProgram({ functions: [small, each.build()] })).toMatchObject({
      kind: 'program',
      stats: { frameBytes: 448 },
    });
    const large = buildMain((f) => {
      const slot = f.newSlot(100, 8, 'own');
      f.callVoid(LOOP, [imm(10), functionAddress('each'), slotAddress(slot), imm(0)]);
    });
    expect(emitProgram({ functions: [large, each.build()] })).toMatchObject({ kind: 'frame-overflow', needed: 544 });
  });

  it('puts subprograms behind the main function, and leaves out those that nothing calls', () => {
    const unused = new FunctionBuilder('unused', 1);
    unused.return();
    const each = new FunctionBuilder('each', 2);
    const total = at(each.params[1]!);
    each.store(8, total, reg(each.binary('add', each.load(8, total), reg(each.params[0]!))));
    each.return();
    const main = buildMain((f) => {
      const total = f.newSlot(8, 8, 'total');
      f.store(8, inSlot(total), imm(0));
      f.callVoid(LOOP, [imm(10), functionAddress('each'), slotAddress(total), imm(0)]);
      f.return(reg(f.load(8, inSlot(total))));
    });
    const emitted = emitProgram({ functions: [main, unused.build(), each.build()] });
    expect(emitted.kind === 'program' && formatInstructions(emitted.instructions)).toBe(`function main:
  *(u64 *)(r10 -8) = 0
  r1 = 10
  r2 = function[each] ll
  r3 = r10
  r3 += -8
  r4 = 0
  call loop
  r0 = *(u64 *)(r10 -8)
  exit
function each:
  r3 = *(u64 *)(r2 +0)
  r3 += r1
  *(u64 *)(r2 +0) = r3
  r0 = 0
  exit
`);
  });

  it('carries source lines through', () => {
    const source = { line: 2, column: 5, text: '  @x = 1' };
    const fn = buildMain((f) => {
      f.source = source;
      f.callVoid(PRINTK, [imm(1)]);
      f.source = undefined;
    });
    const emitted = emitProgram({ functions: [fn] });
    const sources = emitted.kind === 'program' ? emitted.instructions.map((insn) => insn.source) : [];
    expect(sources).toEqual([undefined, source, source, undefined, undefined]);
  });

  it('says when a jump is too long', () => {
    const fn = buildMain((f) => {
      const [body, end] = [f.newBlock(), f.newBlock()];
      f.branch('eq', f.params[0]!, imm(0), end, body);
      f.setBlock(body);
      for (let i = 0; i < 33_000; i++) f.callVoid(PRINTK, []);
      f.setBlock(end);
    });
    expect(emitProgram({ functions: [fn] })).toEqual({
      kind: 'program-too-large',
      function: 'main',
      insns: 33_003,
      limit: 32_767,
    });
  });

  it('throws for a program that is none', () => {
    expect(() => emitProgram({ functions: [] })).toThrow('program without a function');
    const fn = buildMain((f) => f.callFunction('nowhere', []));
    expect(() => emitProgram({ functions: [fn] })).toThrow('main calls nowhere, which is no function of the program');
  });

  it('keeps the meaning of random programs', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer(),
          size: fc.integer({ min: 1, max: 60 }),
          variables: fc.integer({ min: 1, max: 14 }),
        }),
        fc.uint8Array({ minLength: CONTEXT_BYTES, maxLength: CONTEXT_BYTES }),
        fc.constantFrom<EmitOptions>({ isa: 3 }, { isa: 4 }, { optimise: false }),
        (shape, context, options) => {
          const program = randomProgram(shape);
          expect(validateIr(program)).toEqual([]);
          const emitted = emitProgram(program, options);
          if (emitted.kind !== 'program') return;
          const text = `${printIr(program)}\n${formatInstructions(emitted.instructions)}`;
          expect(interpretInstructions(emitted.instructions, context), text).toBe(interpretIr(program, context));
        },
      ),
      { numRuns: 200, endOnFailure: true },
    );
  }, 60_000);
});
