import type { BtfMember, BtfType, BtfTypes } from '@waggle/bpf/btf';
import { expect, test } from 'vitest';
import { loadedValue } from './btf-access.ts';

const member = (name: string, typeId: number, offsetBits: number, bitfieldSizeBits = 0): BtfMember => ({
  name,
  typeId,
  offsetBits,
  bitfieldSizeBits,
});

const int = (id: number, sizeBytes: number): BtfType => ({
  kind: 'int',
  id,
  name: 'int',
  sizeBytes,
  signed: false,
  char: false,
  bool: false,
  bits: sizeBytes * 8,
  offsetBits: 0,
});

/** struct { u32 a; u32 flag : 1; struct *next; char name[16]; union { u64 x; struct *y; }; struct { u64 deep; }; } */
const TYPES: readonly BtfType[] = [
  { kind: 'void', id: 0 },
  int(1, 4),
  int(2, 8),
  int(3, 1),
  { kind: 'pointer', id: 4, typeId: 8 },
  { kind: 'array', id: 5, elementId: 3, indexId: 1, length: 16 },
  { kind: 'union', id: 6, name: '', sizeBytes: 8, members: [member('x', 2, 0), member('y', 4, 0)] },
  { kind: 'struct', id: 7, name: 'inner', sizeBytes: 8, members: [member('deep', 2, 0)] },
  {
    kind: 'struct',
    id: 8,
    name: 'outer',
    sizeBytes: 48,
    members: [
      member('a', 1, 0),
      member('flag', 1, 32, 1),
      member('next', 4, 64),
      member('name', 5, 128),
      member('', 6, 256),
      member('', 7, 320),
    ],
  },
  { kind: 'pointer', id: 9, typeId: 2 },
];

const btf: BtfTypes = {
  typeCount: TYPES.length,
  type: (id) => TYPES[id]!,
  find: (name) => TYPES.find((type) => 'name' in type && type.name === name),
  allOf: (kind) => TYPES.filter((type) => type.kind === kind),
  resolve: (id) => TYPES[id]!,
  enumerator: () => undefined,
  sizeOf(id) {
    const type = TYPES[id]!;
    if (type.kind === 'pointer') return 8;
    if (type.kind === 'array') return type.length * this.sizeOf(type.elementId);
    return 'sizeBytes' in type ? type.sizeBytes : 0;
  },
};

test.each([
  ['a number', 0, 4, { kind: 'scalar' }],
  ['a bit-field', 4, 4, { kind: 'scalar' }],
  ['a pointer', 8, 8, { kind: 'pointer', structId: 8 }],
  ['half of a pointer', 8, 4, undefined],
  ['a byte of an array', 19, 1, { kind: 'scalar' }],
  ['a member of a union', 32, 8, undefined],
  ['a member of an anonymous struct', 40, 8, { kind: 'scalar' }],
  ['more than a member', 0, 8, undefined],
  ['behind the end', 48, 8, undefined],
])('a load of %s', (_name, offset, size, expected) => {
  expect(loadedValue(btf, 8, offset, size)).toEqual(expected);
});

test('through something that is no struct', () => {
  expect(loadedValue(btf, 6, 0, 8)).toBeUndefined();
});
