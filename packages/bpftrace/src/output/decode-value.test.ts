import { expect, test } from 'vitest';
import type { Type } from '../types/type.ts';
import { decodeValue } from './decode-value.ts';

const int = (sizeBytes: 1 | 2 | 4 | 8, signed: boolean): Type => ({ kind: 'int', sizeBytes, signed });
const text = (sizeBytes: number): Type => ({ kind: 'string', sizeBytes });
const bytesOf = (string: string) => [...new TextEncoder().encode(string)];

test.each<[string, Type, number[], unknown]>([
  ['s8', int(1, true), [0xff], -1],
  ['u8', int(1, false), [0xff], 255],
  ['s16', int(2, true), [0xfe, 0xff], -2],
  ['u32', int(4, false), [0xff, 0xff, 0xff, 0xff], 4294967295],
  ['s64', int(8, true), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -1n],
  ['u64', int(8, false), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], (1n << 64n) - 1n],
  ['bool', { kind: 'bool' }, [2], true],
  ['string', text(6), [...bytesOf('ab'), 0, 99, 99, 99], 'ab'],
  ['string of UTF-8 and a stray byte', text(6), [0xc3, 0xa9, 0xff, 0, 0, 0], 'é\udcff'],
  ['string without a terminator was cut', text(3), bytesOf('abc'), 'abc..'],
  ['buffer', { kind: 'buffer', sizeBytes: 4 }, [2, 0, 0, 0, 7, 8, 9, 9], Uint8Array.of(7, 8)],
  ['buffer whose length lies', { kind: 'buffer', sizeBytes: 1 }, [9, 0, 0, 0, 7], Uint8Array.of(7)],
  [
    'pointer',
    { kind: 'pointer', to: { kind: 'none' }, space: 'kernel' },
    [1, 0, 0, 0, 0, 0, 0, 0x80],
    (1n << 63n) + 1n,
  ],
  ['array', { kind: 'array', element: int(2, false), length: 2 }, [1, 0, 2, 0], [1, 2]],
  ['tuple with padding', { kind: 'tuple', elements: [int(1, true), int(4, true)] }, [1, 0, 0, 0, 2, 0, 0, 0], [1, 2]],
  [
    'record',
    {
      kind: 'record',
      fields: [
        { name: 'a', type: int(1, true) },
        { name: 'b', type: text(2) },
      ],
    },
    [5, 120, 0],
    { a: 5, b: 'x' },
  ],
  ['number of a text', { kind: 'interned' }, [0xff, 0xff, 0xff, 0xff], 4294967295],
  ['IPv4', { kind: 'inet' }, [2, 0, 0, 0, 0, 0, 0, 0, 10, 1, 2, 3, ...Array(12).fill(0)], '10.1.2.3'],
  ['IPv6', { kind: 'inet' }, [10, 0, 0, 0, 0, 0, 0, 0, ...Array(15).fill(0), 1], '::1'],
  ['unknown family', { kind: 'inet' }, [5, ...Array(23).fill(0)], ''],
  ['MAC', { kind: 'mac' }, [0, 0x1b, 0xcd, 1, 2, 0xff], '00:1B:CD:01:02:FF'],
  ['usym', { kind: 'usym' }, [1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0], { address: 1n, pid: 7, probe: 3 }],
  [
    'stack that could not be taken',
    { kind: 'kstack', mode: 'bpftrace', limit: 127 },
    [...Array(8).fill(0xff), ...Array(8).fill(0)],
    { id: -1n, pid: 0, probe: 0 },
  ],
  ['struct of unknown members', { kind: 'struct', union: false, name: 's', sizeBytes: 2 }, [1, 2], Uint8Array.of(1, 2)],
])('%s', (_name, type, bytes, value) => {
  const memory = Uint8Array.from([0xaa, ...bytes]);
  expect(decodeValue(type, new DataView(memory.buffer), 1)).toEqual(value);
});

test('a struct: bit fields, and members of anonymous unions among its own', () => {
  const member = (name: string, type: Type, offsetBits: number, bitfieldSizeBits = 0) => ({
    name,
    type,
    offsetBits,
    bitfieldSizeBits,
  });
  const type: Type = {
    kind: 'struct',
    union: false,
    name: 's',
    sizeBytes: 8,
    members: [
      member('low', int(4, false), 0, 3),
      member('high', int(4, true), 3, 9),
      member(
        '',
        {
          kind: 'struct',
          union: true,
          name: '',
          sizeBytes: 4,
          members: [member('x', int(4, true), 0), member('y', int(1, false), 0)],
        },
        32,
      ),
    ],
  };
  const memory = Uint8Array.of(0b11111_101, 0b0000_1111, 0, 0, 0xfe, 0xff, 0xff, 0xff);
  expect(decodeValue(type, new DataView(memory.buffer), 0)).toEqual({ low: 5, high: -1, x: -2, y: 254 });
});

test('aggregates have no values', () => {
  expect(() => decodeValue({ kind: 'count' }, new DataView(new ArrayBuffer(8)), 0)).toThrow(RangeError);
});
