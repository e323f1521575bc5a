import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Btf } from './btf.ts';
import type { NewBtfType } from './btf-writer.ts';
import { BtfWriter } from './btf-writer.ts';

function arbitraryTypes(): fc.Arbitrary<NewBtfType[]> {
  const name = fc.constantFrom('', 'a', 'task_struct', 'long name with ü', 'x1');
  const typeId = fc.nat(50);
  const word = fc.integer({ min: 0, max: 0xffffffff });
  const kind = <K extends NewBtfType['kind']>(value: K) => fc.constant(value);
  const linkage = fc.constantFrom('static' as const, 'global' as const, 'extern' as const);
  const member = (bitfields: boolean) =>
    fc.record({
      name,
      typeId,
      offsetBits: fc.nat(bitfields ? 0xffffff : 0xfffffff),
      bitfieldSizeBits: bitfields ? fc.nat(64) : fc.constant(0),
    });
  const members = fc.oneof(fc.array(member(false)), fc.array(member(true)));
  const enumOf = (sizeBytes: number, signed: boolean) => {
    const bits = BigInt(sizeBytes * 8);
    const [min, max] = signed ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
    const values = fc.array(fc.record({ name, value: fc.bigInt({ min, max }) }));
    return fc.record({
      kind: kind('enum'),
      name,
      sizeBytes: fc.constant(sizeBytes),
      signed: fc.constant(signed),
      values,
    });
  };
  const type = fc.oneof(
    fc.record({
      kind: kind('int'),
      name,
      sizeBytes: fc.constantFrom(1, 2, 4, 8, 16),
      signed: fc.boolean(),
      char: fc.boolean(),
      bool: fc.boolean(),
      bits: fc.nat(255),
      offsetBits: fc.nat(255),
    }),
    fc.record({ kind: kind('float'), name, sizeBytes: word }),
    fc.record({
      kind: fc.constantFrom('pointer' as const, 'const' as const, 'volatile' as const, 'restrict' as const),
      typeId,
    }),
    fc.record({ kind: kind('array'), elementId: typeId, indexId: typeId, length: word }),
    fc.record({ kind: fc.constantFrom('struct' as const, 'union' as const), name, sizeBytes: word, members }),
    fc.oneof(enumOf(4, true), enumOf(4, false), enumOf(8, true), enumOf(8, false)),
    fc.record({ kind: kind('forward'), name, union: fc.boolean() }),
    fc.record({ kind: fc.constantFrom('typedef' as const, 'type-tag' as const), name, typeId }),
    fc.record({ kind: kind('decl-tag'), name, typeId, componentIndex: fc.integer({ min: -1, max: 100 }) }),
    fc.record({ kind: kind('function'), name, protoId: typeId, linkage }),
    fc.record({ kind: kind('function-proto'), returnId: typeId, params: fc.array(fc.record({ name, typeId })) }),
    fc.record({ kind: kind('variable'), name, typeId, linkage }),
    fc.record({
      kind: kind('section'),
      name,
      sizeBytes: word,
      variables: fc.array(fc.record({ typeId, offset: word, sizeBytes: word })),
    }),
  ) as fc.Arbitrary<NewBtfType>;
  return fc.array(type, { maxLength: 20 });
}

describe('BtfWriter', () => {
  it('writes what Btf reads, in both byte orders', () => {
    fc.assert(
      fc.property(arbitraryTypes(), fc.constantFrom('little' as const, 'big' as const), (types, byteOrder) => {
        const writer = new BtfWriter();
        const ids = types.map((type) => writer.add(type));
        const btf = Btf.parse(writer.finish(byteOrder));
        expect(btf.byteOrder).toBe(byteOrder);
        expect(btf.typeCount).toBe(types.length + 1);
        expect(ids.map((id) => btf.type(id))).toEqual(types.map((type, i) => ({ ...type, id: i + 1 })));
      }),
      { numRuns: 300 },
    );
  });

  it('writes each string once, up to a NUL', () => {
    const writer = new BtfWriter();
    expect(writer.string('')).toBe(0);
    expect(writer.string('one')).toBe(1);
    expect(writer.string('two\0three')).toBe(5);
    expect(writer.string('one')).toBe(1);
    expect(new TextDecoder().decode(writer.finish().subarray(24))).toBe('\0one\0two\0');
  });

  it.each<[string, NewBtfType]>([
    [
      'a value that is too large',
      { kind: 'enum', name: 'e', sizeBytes: 4, signed: false, values: [{ name: 'a', value: 2n ** 32n }] },
    ],
    [
      'a negative value in an unsigned enum',
      { kind: 'enum', name: 'e', sizeBytes: 8, signed: false, values: [{ name: 'a', value: -1n }] },
    ],
    [
      'a bit-field that lies too far',
      {
        kind: 'struct',
        name: 's',
        sizeBytes: 4,
        members: [{ name: 'm', typeId: 1, offsetBits: 2 ** 24, bitfieldSizeBits: 1 }],
      },
    ],
    [
      'too many parameters',
      { kind: 'function-proto', returnId: 0, params: Array.from({ length: 65536 }, () => ({ name: '', typeId: 1 })) },
    ],
  ])('refuses %s', (_what, type) => {
    expect(() => new BtfWriter().add(type)).toThrow(expect.objectContaining({ code: 'cannot-write' }));
  });
});
