import fc from 'fast-check';
import type { AccessSize, AluOp, AtomicOp, Instruction, JumpOp, Register, Source, SourceLine } from './instruction.ts';
import { ALU_BITS, ATOMIC_BITS, JUMP_BITS } from './opcodes.ts';

/** Names that read easily, and some that need quotes; the first one starts a function wherever it is placed. */
const LABELS = ['sub', 'l1', 'main', 'out "x"; y', '2nd', '@a.b$'];
const MAPS = ['events', '@counts[comm]', 'a\\b', '', 'é\n'];

/** programs that `assemble` takes, with each form of each instruction. The verifier would take few. */
export function arbitraryProgram(): fc.Arbitrary<Instruction[]> {
  const places = fc.array(fc.nat(), { minLength: LABELS.length, maxLength: LABELS.length });
  const body = fc.array(annotated(arbitraryInstruction()), { minLength: 1, maxLength: 30 });
  return fc.tuple(body, places).map(([instructions, at]) => placeLabels(instructions, at));
}

function placeLabels(body: readonly Instruction[], places: readonly number[]): Instruction[] {
  const placed = [...body];
  for (const [i, name] of LABELS.entries()) {
    const target = placed.indexOf(body[places[i]! % body.length]!);
    placed.splice(target, 0, i === 0 ? { kind: 'label', name, function: true } : { kind: 'label', name });
  }
  return placed;
}

function annotated(instructions: fc.Arbitrary<Instruction>): fc.Arbitrary<Instruction> {
  const source = fc.constantFrom<(SourceLine | undefined)[]>(
    undefined,
    { line: 3, column: 5, text: '  @[comm] = count(); // "x' },
    { line: 4, column: 1, text: '' },
  );
  const comment = fc.option(
    fc.string().map((text) => text.replaceAll('\n', '')),
    { nil: undefined },
  );
  return fc.tuple(instructions, source, comment).map(([instruction, source, comment]) => ({
    ...instruction,
    ...(source && { source }),
    ...(comment !== undefined && { comment }),
  }));
}

function arbitraryInstruction(): fc.Arbitrary<Instruction> {
  const register = fc.integer({ min: 0, max: 10 }) as fc.Arbitrary<Register>;
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const offset = fc.integer({ min: -32768, max: 32767 });
  const source: fc.Arbitrary<Source> = fc.oneof(fc.record({ reg: register }), fc.record({ imm: int32 }));
  const bits = fc.constantFrom(32 as const, 64 as const);
  const size = fc.constantFrom<AccessSize[]>(1, 2, 4, 8);
  const label = fc.constantFrom(...LABELS);
  const functionLabel = fc.constant('sub');
  const name = fc.constantFrom(...MAPS);
  const kind = <K extends Instruction['kind']>(value: K) => fc.constant(value);
  const anyAtomic = fc.record({
    kind: kind('atomic'),
    op: fc.constantFrom(...(Object.keys(ATOMIC_BITS) as AtomicOp[])),
    fetch: fc.boolean(),
    size: fc.constantFrom(4 as const, 8 as const),
    base: register,
    offset,
    src: register,
  });
  return fc.oneof(
    fc.record({
      kind: kind('alu'),
      op: fc.constantFrom(...(Object.keys(ALU_BITS) as AluOp[])),
      bits,
      dst: register,
      src: source,
    }),
    fc.record({
      kind: kind('alu'),
      op: fc.constant('mov' as const),
      bits: fc.constant(64 as const),
      dst: register,
      src: fc.record({ reg: register }),
      signExtend: fc.constantFrom(8 as const, 16 as const, 32 as const),
    }),
    fc.record({ kind: kind('neg'), bits, dst: register }),
    fc.record({
      kind: kind('endian'),
      to: fc.constantFrom('le' as const, 'be' as const, 'swap' as const),
      bits: fc.constantFrom(16 as const, 32 as const, 64 as const),
      dst: register,
    }),
    fc.record({ kind: kind('load'), size, dst: register, base: register, offset }),
    fc.record({
      kind: kind('load'),
      size: fc.constantFrom<AccessSize[]>(1, 2, 4),
      signed: fc.constant(true),
      dst: register,
      base: register,
      offset,
    }),
    fc.record({ kind: kind('store'), size, base: register, offset, src: source }),
    anyAtomic.map((insn) => (insn.op === 'xchg' || insn.op === 'cmpxchg' ? { ...insn, fetch: true } : insn)),
    fc.record({
      kind: kind('lddw'),
      dst: register,
      value: fc.oneof(
        fc.record({
          kind: fc.constant('const' as const),
          value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
        }),
        fc.record({ kind: fc.constant('map' as const), map: name }),
        fc.record({ kind: fc.constant('map-value' as const), map: name, offset: int32 }),
        fc.record({ kind: fc.constant('function' as const), label: functionLabel }),
        fc.record({ kind: fc.constant('btf' as const), btfId: int32 }),
      ),
    }),
    fc.record(
      {
        kind: kind('load-packet'),
        size: fc.constantFrom(1 as const, 2 as const, 4 as const),
        offset: int32,
        index: register,
      },
      { requiredKeys: ['kind', 'size', 'offset'] },
    ),
    fc.record({
      kind: kind('jump'),
      op: fc.constantFrom(...(Object.keys(JUMP_BITS) as JumpOp[])),
      bits,
      dst: register,
      src: source,
      target: label,
    }),
    fc.record({ kind: kind('goto'), target: label }),
    fc.record({
      kind: kind('call'),
      target: fc.oneof(
        fc.record({ kind: fc.constant('helper' as const), id: fc.integer({ min: 0, max: 250 }) }),
        fc.record({ kind: fc.constant('function' as const), label: functionLabel }),
        fc.record({ kind: fc.constant('kfunc' as const), btfId: int32 }),
      ),
    }),
    fc.record({ kind: kind('exit') }),
  ) as fc.Arbitrary<Instruction>;
}
