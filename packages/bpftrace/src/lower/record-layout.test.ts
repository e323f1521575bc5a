import { describe, expect, test } from 'vitest';
import { INT64, stringOf, UINT8, UINT32 } from '../types/type.ts';
import { layoutRecord, paddingOf } from './record-layout.ts';

describe('layoutRecord', () => {
  test('aligns fields as C does', () => {
    const layout = layoutRecord(
      [
        { name: 'a', type: UINT8 },
        { name: 'b', type: INT64 },
        { name: 'c', type: UINT32 },
      ],
      false,
    );
    expect(layout.fields.map(({ place }) => place)).toEqual([
      { kind: 'inline', offset: 8 },
      { kind: 'inline', offset: 16 },
      { kind: 'inline', offset: 24 },
    ]);
    expect(layout).toMatchObject({ fixedBytes: 32, maxBytes: 32 });
    expect(paddingOf(layout)).toEqual([
      { offset: 9, sizeBytes: 7 },
      { offset: 28, sizeBytes: 4 },
    ]);
  });

  test('puts long strings behind the fixed part', () => {
    const shapes = [
      { name: 'path', type: stringOf(100) },
      { name: 'comm', type: stringOf(15) },
      { name: 'n', type: INT64, constant: 5n },
    ];
    const layout = layoutRecord(shapes, true);
    expect(layout.fields.map(({ place }) => place)).toEqual([
      { kind: 'dynamic', offset: 48 },
      { kind: 'inline', offset: 52 },
      { kind: 'constant', value: 5n },
    ]);
    expect(layout).toMatchObject({ context: true, fixedBytes: 68, maxBytes: 168 });
    expect(paddingOf(layout)).toEqual([]);
  });

  test('of no fields is the header', () => {
    expect(layoutRecord([], false)).toMatchObject({ fixedBytes: 8, maxBytes: 8 });
  });
});
