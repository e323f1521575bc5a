import { describe, expect, it } from 'vitest';
import { Btf } from './btf.ts';
import { BtfWriter } from './btf-writer.ts';
import { findMember, memberNames } from './find-member.ts';
import { sampleBtf } from './sample-btf.test-kit.ts';

const btf = Btf.parse(sampleBtf());
const node = btf.find('node', 'struct')?.id ?? 0;

describe('findMember', () => {
  it.each<[string, number, number, string]>([
    ['next', 0, 0, 'pointer'],
    ['low', 64, 0, 'int'],
    ['high', 96, 0, 'int'],
    ['at', 96, 0, 'struct'],
    ['at.y', 128, 0, 'int'],
    ['flag', 160, 1, 'int'],
    ['level', 161, 3, 'int'],
    ['name', 176, 0, 'array'],
    ['done', 896, 0, 'int'],
  ])('finds %s', (path, offsetBits, bitfieldSizeBits, kind) => {
    const place = findMember(btf, node, path);
    expect(place).toMatchObject({ offsetBits, bitfieldSizeBits });
    expect(btf.resolve(place?.typeId ?? 0).kind).toBe(kind);
  });

  it.each(['nothing', '', 'at.', '.at', 'at.z', 'low.x', 'next.next'])('does not find "%s"', (path) => {
    expect(findMember(btf, node, path)).toBeUndefined();
  });

  it('looks through typedefs, but into nothing but structs and unions', () => {
    const writer = new BtfWriter();
    const members = [{ name: 'x', typeId: 0, offsetBits: 8, bitfieldSizeBits: 0 }];
    const struct = writer.add({ kind: 'struct', name: 'pair', sizeBytes: 8, members });
    const typedef = writer.add({ kind: 'typedef', name: 'pair_t', typeId: struct });
    const constant = writer.add({ kind: 'const', typeId: typedef });
    const pair = Btf.parse(writer.finish());
    expect(findMember(pair, constant, 'x')).toEqual({ typeId: 0, offsetBits: 8, bitfieldSizeBits: 0 });
    expect(findMember(pair, 0, 'x')).toBeUndefined();
  });

  it('understands the bit-fields of older compilers', () => {
    const writer = new BtfWriter();
    const int = { kind: 'int', name: 'unsigned int', sizeBytes: 4, signed: false, char: false, bool: false } as const;
    const typeId = writer.add({ ...int, bits: 3, offsetBits: 5 });
    const members = [{ name: 'level', typeId, offsetBits: 32, bitfieldSizeBits: 0 }];
    const struct = writer.add({ kind: 'struct', name: 'old', sizeBytes: 8, members });
    const old = Btf.parse(writer.finish());
    expect(findMember(old, struct, 'level')).toEqual({ typeId, offsetBits: 37, bitfieldSizeBits: 3 });
  });
});

describe('memberNames', () => {
  it('lists those of anonymous members in their place', () => {
    expect(memberNames(btf, node)).toEqual(
      'next low high at flag level signed_bits name values compare color weight done'.split(' '),
    );
  });

  it('has none for other types', () => {
    expect(memberNames(btf, 1)).toEqual([]);
  });
});
