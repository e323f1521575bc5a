import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordField, RecordLayout } from '../script/compiled-script.ts';
import { INT64, type Type, UINT8, UINT32, UINT64 } from '../types/type.ts';
import { compileEventDecoder, compileRecordDecoder } from './compile-decoder.ts';
import { DecodeError } from './decode-error.ts';

const TEXT16: Type = { kind: 'string', sizeBytes: 16 };
const TEXT: Type = { kind: 'string', sizeBytes: 65 };
const inline = (name: string, type: Type, offset: number): RecordField => ({
  name,
  type,
  place: { kind: 'inline', offset },
});
const dynamic = (name: string, type: Type, offset: number): RecordField => ({
  name,
  type,
  place: { kind: 'dynamic', offset },
});

const LAYOUT: RecordLayout = {
  context: false,
  fixedBytes: 48,
  maxBytes: 200,
  fields: [
    inline('ns', UINT64, 8),
    inline('pid', UINT32, 16),
    inline('comm', TEXT16, 20),
    dynamic('path', TEXT, 36),
    dynamic('data', { kind: 'buffer', sizeBytes: 64 }, 40),
    inline('flag', { kind: 'bool' }, 44),
    inline('pod', { kind: 'interned' }, 16),
    { name: 'answer', type: UINT8, place: { kind: 'constant', value: 42n } },
    { name: 'probe', type: TEXT, place: { kind: 'constant', value: 'begin' } },
  ],
};

interface Sample {
  readonly ns: bigint;
  readonly pid: number;
  readonly comm: Uint8Array;
  readonly path: Uint8Array;
  readonly cut: boolean;
  readonly data: Uint8Array;
}

function encode({ ns, pid, comm, path, cut, data }: Sample): Uint8Array {
  const bytes = new Uint8Array(48 + path.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(8, ns, true);
  view.setUint32(16, pid, true);
  bytes.set(comm, 20);
  view.setUint16(36, path.length | (cut ? 0x8000 : 0), true);
  view.setUint16(38, 48, true);
  view.setUint16(40, data.length, true);
  view.setUint16(42, 48 + path.length, true);
  bytes[44] = 1;
  bytes.set(path, 48);
  bytes.set(data, 48 + path.length);
  return bytes;
}

const ascii = (text: string) => new TextEncoder().encode(text);
const SAMPLE: Sample = {
  ns: 5n,
  pid: 7,
  comm: ascii('node'),
  path: ascii('/etc/passwd'),
  cut: false,
  data: Uint8Array.of(1, 2),
};

describe.each([true, false])('generated: %s', (generate) => {
  const decode = compileRecordDecoder(LAYOUT, { generate });
  const read = (bytes: Uint8Array) => decode(new DataView(bytes.buffer), 0, bytes.length);

  test('fields in order', () => {
    expect(read(encode(SAMPLE))).toEqual([5n, 7, 'node', '/etc/passwd', Uint8Array.of(1, 2), true, 7, 42, 'begin']);
  });

  test.each<[string, Partial<Sample>, string]>([
    ['a cut string ends in dots', { cut: true }, '/etc/passwd..'],
    ['an empty string', { path: ascii('') }, ''],
    ['UTF-8', { path: ascii('/tmp/é€😀') }, '/tmp/é€😀'],
    ['a stray byte', { path: Uint8Array.of(0x61, 0xff) }, 'a\udcff'],
    ['a long string', { path: ascii('x'.repeat(5000)) }, 'x'.repeat(5000)],
    ['a NUL inside', { path: ascii('a\0b') }, 'a\0b'],
  ])('%s', (_name, change, path) => {
    expect(read(encode({ ...SAMPLE, ...change }))[3]).toBe(path);
  });

  test('names come out right again and again', () => {
    const names = ['a', 'b', 'systemd-journal', 'kworker/0:1', 'a', 'systemd-journa', 'b', 'é'];
    expect(names.map((name) => read(encode({ ...SAMPLE, comm: ascii(name) }))[2])).toEqual(names);
  });

  test('records inside a larger view', () => {
    const record = encode(SAMPLE);
    const memory = new Uint8Array(record.length + 24);
    memory.set(record, 16);
    expect(decode(new DataView(memory.buffer, 8), 8, record.length)).toEqual(read(record));
  });

  test('too short for the layout', () => {
    const bytes = encode(SAMPLE);
    expect(() => decode(new DataView(bytes.buffer), 0, 47)).toThrow(DecodeError);
    expect(() => decode(new DataView(bytes.buffer), 0, bytes.length + 1)).toThrow(DecodeError);
    expect(() => decode(new DataView(bytes.buffer), 20, 48)).toThrow(DecodeError);
  });

  test('a field that points out of the record', () => {
    const bytes = encode(SAMPLE);
    new DataView(bytes.buffer).setUint16(38, bytes.length - 3, true);
    expect(() => read(bytes)).toThrow(
      new DecodeError('field-out-of-bounds', 'field path', bytes.length + 8, bytes.length),
    );
  });

  test('damaged records fail typed or decode, and never read outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(200), (bytes, length) => {
        try {
          expect(decode(new DataView(bytes.buffer), 0, length)).toHaveLength(9);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('generated and interpreted decoders agree', () => {
  const generated = compileRecordDecoder(LAYOUT);
  const interpreted = compileRecordDecoder(LAYOUT, { generate: false });
  const sample = fc.record({
    ns: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    pid: fc.nat(),
    comm: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    path: fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.string({ maxLength: 60 }).map(ascii)),
    cut: fc.boolean(),
    data: fc.uint8Array({ maxLength: 64 }),
  });
  fc.assert(
    fc.property(sample, (one) => {
      const bytes = encode(one);
      const view = new DataView(bytes.buffer);
      expect(generated(view, 0, bytes.length)).toEqual(interpreted(view, 0, bytes.length));
    }),
    { numRuns: 300 },
  );
});

describe.each([true, false])('events, generated: %s', (generate) => {
  const layout: RecordLayout = {
    context: true,
    fixedBytes: 56,
    maxBytes: 56,
    fields: [inline('__proto__', INT64, 48)],
  };

  test('who did it, then the fields', () => {
    const bytes = new Uint8Array(56);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(8, 1n, true);
    view.setBigUint64(16, 2n, true);
    view.setUint32(24, 3, true);
    view.setUint32(28, 4, true);
    bytes.set(ascii('sh'), 32);
    view.setBigInt64(48, -1n, true);
    const event = compileEventDecoder(layout, { generate })(view, 0, 56);
    expect(Object.entries(event)).toEqual([
      ['time', 1n],
      ['cgroupId', 2n],
      ['pid', 3],
      ['tid', 4],
      ['comm', 'sh'],
      ['__proto__', -1n],
    ]);
    expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
  });

  test('no context where the layout has none', () => {
    const event = compileEventDecoder({ ...layout, context: false }, { generate })(
      new DataView(new ArrayBuffer(56)),
      0,
      56,
    );
    expect(Object.keys(event)).toEqual(['__proto__']);
  });
});
