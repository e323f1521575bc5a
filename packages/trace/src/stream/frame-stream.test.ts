import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { encodeFrame, type FrameInit } from './frame-codec.ts';
import { renderingReader } from './rendering-sink.test-kit.ts';
import { BEGINNING_MS, type SampleEvent, type SampleMaps, SampleNode } from './sample-node.test-kit.ts';
import { StreamError } from './stream-error.ts';

const NS = 1_000_000n;
const at = (ms: number): bigint => BigInt(BEGINNING_MS + ms) * NS;

/** A stream with everything in it. */
function wholeStream(): SampleNode {
  const node = new SampleNode('north', { seed: 3 });
  node.identities.set(1n, { cgroupId: 1n, path: '/a', name: 'cart' });
  return node
    .attach()
    .events({ ms: 1, n: 1, fn: 5, who: 'cart', text: 'é\udc80', stack: [1, 2] }, { ms: 2, n: 2, cgroup: 2 })
    .printf(3, 1_000_000)
    .system(4)
    .hold(MAPS)
    .print()
    .maps(false)
    .events({ ms: 3, n: 5, text: 'later' })
    .maps(true)
    .end({ exitCode: 7, reason: 'exit' });
}

const MAPS: SampleMaps = {
  counts: [{ who: 'cart', comm: 'sh', fn: 9, count: 4 }],
  times: [{ stack: [7, 8], bucket: 3, count: 2 }],
  last: [{ key: 1, fn: 2, n: 3 }],
  sizes: [1, -9],
  least: -4,
};

const LINES = [
  `north ${at(1)} cart { .n = 1, .symbol = fn5, .who = cart, .text = é\udc80, .stack = \n        fn1+0\n        fn2+0\n }\n`,
  `north ${at(2)} ? { .n = 2, .symbol = fn0, .who = <none>, .text = , .stack = \n }\n`,
  '3 0xffffffff84009000\n',
  'north ran echo 4\n\n',
  '@counts[cart, sh, fn9]: 4\n',
  `north ${at(3)} cart { .n = 5, .symbol = fn0, .who = <none>, .text = later, .stack = \n }\n`,
];

const MAPS_TEXT = [
  '@counts[cart, sh, fn9]: 4\n',
  `@times[\n        fn7+0\n        fn8+0\n]:\n[2, 4)                 2 |${'@'.repeat(52)}|\n\n`,
  '@last[1]: (fn2, 3)\n',
  '@sizes: { .count = 2, .average = -4, .total = -8 }\n',
  '@least: -4\n',
].join('');

function read(bytes: Uint8Array, pieces: readonly number[] = [bytes.length]) {
  const { reader, sink } = renderingReader();
  let from = 0;
  for (let index = 0; from < bytes.length; index++) {
    const length = Math.max(1, pieces[index % pieces.length]!);
    reader.push(bytes.subarray(from, from + length));
    from += length;
  }
  return { reader, sink };
}

describe('a stream', () => {
  it('brings to its reader what happened on the node', () => {
    const { reader, sink } = read(wholeStream().bytes);
    reader.finish();
    const { lines, moments, attachedInfo, ending, opening } = sink()!;
    expect(lines).toEqual(LINES);
    expect(moments).toEqual([
      { final: false, text: MAPS_TEXT },
      { final: true, text: MAPS_TEXT },
    ]);
    expect(attachedInfo).toEqual({ probes: 2, programs: 1 });
    expect(opening.info.program).toEqual({ name: 'sample.bt', script: 'a sample', parameters: ['1'] });
    expect(ending).toMatchObject({
      reason: 'exit',
      exitCode: 7,
      ledger: { seen: 6, kept: 6, lost: { slowReader: 0 } },
    });
    expect(reader.sources).toMatchObject([{ name: 'north', state: 'ended', run: 'run of north', ledger: { kept: 6 } }]);
  });

  it('leaves with its first record, not with a full batch', () => {
    const node = new SampleNode('n').attach();
    const before = node.frames.length;
    node.events({ ms: 1, n: 1 });
    expect(node.frames.slice(before).map(({ kind, first, count }) => [kind, first, count])).toEqual([
      ['facts', undefined, undefined],
      ['records', 0n, 1],
    ]);
  });

  it('says once what it has said, and again what has changed', () => {
    const node = new SampleNode('n').attach();
    const kinds = () => node.frames.splice(0).map(({ kind }) => kind);
    kinds();
    node.identities.set(1n, { cgroupId: 1n, path: '/a', name: 'a' });
    node.events({ ms: 1, n: 1, fn: 3, stack: [1] });
    expect(kinds()).toEqual(['facts', 'identities', 'records']);
    node.events({ ms: 2, n: 2, fn: 3, stack: [1] });
    expect(kinds()).toEqual(['records']);
    node.identities.set(1n, { cgroupId: 1n, path: '/a', name: 'b' });
    node.events({ ms: 3, n: 3, fn: 3 }, { ms: 3, n: 4, fn: 4 });
    expect(kinds()).toEqual(['facts', 'identities', 'records']);
  });

  it('asks who it was once a batch, not once a record', () => {
    const node = new SampleNode('n').attach();
    node.events(...Array.from({ length: 500 }, (_, n) => ({ ms: n, n, cgroup: 1 + (n % 3) })));
    expect(node.lookups).toBe(3);
  });

  it('holds no more facts than both sides can remember', () => {
    const node = new SampleNode('n').attach();
    const { reader, sink } = renderingReader();
    // Each first one brings a stack of its own, of thirteen frames; the second ones need what was said long ago.
    for (let batch = 0; batch < 120; batch++) {
      const events = Array.from({ length: 50 }, (_, index) => {
        const n = 50 * batch + index;
        const stack = [...Array.from({ length: 12 }, (__, frame) => (n + frame * 37) % 500), n];
        return [
          { ms: n, n, fn: n % 500, stack },
          { ms: n, n, fn: 7, stack: [7, 8] },
        ];
      });
      node.events(...events.flat());
    }
    expect(node.frames.filter(({ forgets }) => forgets).length).toBeGreaterThan(0);
    for (const { bytes } of node.end().frames) reader.push(bytes);
    const shown = sink()!.lines;
    expect(shown.filter((line) => line.includes('0x') || line.includes('.stack = \n }'))).toEqual([]);
    expect(shown).toHaveLength(12_000);
  });

  it('of large maps comes in pieces', () => {
    const node = new SampleNode('n').attach();
    const last = Array.from({ length: 25_000 }, (_, key) => ({ key, fn: key % 100, n: key }));
    node.hold({ last }).maps(true);
    const { sink } = read(node.end().bytes);
    const lines = sink()!.moments[0]!.text.trimEnd().split('\n');
    expect(lines).toHaveLength(25_000);
    expect(lines.at(-1)).toBe('@last[24999]: (fn99, 24999)');
  });
});

describe('bytes in any pieces', () => {
  test('give the same', () => {
    const { bytes } = wholeStream();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (pieces) => {
        const { reader, sink } = read(bytes, pieces);
        reader.finish();
        expect(sink()!.lines).toEqual(LINES);
      }),
    );
  });
});

describe('a stream that was cut', () => {
  test('gives what came, and says so', () => {
    const { bytes } = wholeStream();
    for (let length = 0; length < bytes.length; length += 1 + (length % 13)) {
      const { reader, sink } = read(bytes.subarray(0, length));
      expect(() => reader.finish()).toThrow(expect.objectContaining({ code: 'CUT' }));
      const lines = sink()?.lines ?? [];
      expect(lines).toEqual(LINES.slice(0, lines.length));
      if (sink()) expect(sink()!.ending).toMatchObject({ reason: 'error', error: { code: 'CUT' } });
      expect(reader.end).toBeUndefined();
    }
  });
});

describe('a stream that was damaged', () => {
  const { bytes } = wholeStream();

  /** Reads it all; whatever is wrong is a StreamError. */
  function readDamaged(damaged: Uint8Array): void {
    const { reader } = renderingReader();
    try {
      reader.push(damaged);
      reader.finish();
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
    }
  }

  test('fails typed, or is read as something else: bytes changed', () => {
    const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = bytes.slice();
        for (const { at: place, byte } of changes) damaged[place] = byte;
        readDamaged(damaged);
      }),
      { numRuns: 500 },
    );
  });

  test('fails typed: pieces missing, doubled, of other places', () => {
    const piece = fc.record({ from: fc.nat(bytes.length), length: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
        const parts = pieces.map(({ from, length }) => bytes.subarray(from, from + length));
        readDamaged(Buffer.concat([bytes.subarray(0, 60), ...parts]));
        readDamaged(Buffer.concat(parts));
      }),
      { numRuns: 150 },
    );
  });

  test('fails typed: any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), readDamaged), { numRuns: 500 });
  });

  test('fails typed: frames without what should come before', () => {
    const frames = wholeStream().frames.map((frame) => frame.bytes);
    fc.assert(
      fc.property(fc.subarray(frames), fc.nat(), (some, turn) => {
        const rotated = [...some.slice(turn % (some.length || 1)), ...some.slice(0, turn % (some.length || 1))];
        readDamaged(Buffer.concat(rotated));
        readDamaged(Buffer.concat([frames[0]!, ...rotated.filter((frame) => frame !== frames[0])]));
      }),
      { numRuns: 150 },
    );
  });

  const hello = wholeStream().frames[0]!.bytes;
  const source = encodeFrame({ case: 'source', value: { name: 'n', run: 'r', state: 'streaming' } });
  it.each<[string, FrameInit | Uint8Array, string]>([
    ['no hello first', source, 'NOT_A_STREAM'],
    [
      'a hello of something else',
      { case: 'hello', value: { magic: 'wiggle', version: 1, program: {} } },
      'NOT_A_STREAM',
    ],
    ['a newer version', { case: 'hello', value: { magic: 'waggle', version: 2, program: {} } }, 'UNSUPPORTED_VERSION'],
    ['a length without end', Buffer.concat([hello, Buffer.alloc(6, 0xff)]), 'TOO_LARGE'],
    ['a length of gigabytes', Buffer.concat([hello, Buffer.from([0xff, 0xff, 0xff, 0x7f])]), 'TOO_LARGE'],
    [
      'records of a source that was not named',
      Buffer.concat([hello, encodeFrame({ case: 'records', value: { source: 3, data: new Uint8Array(8) } })]),
      'DAMAGED',
    ],
    [
      'records before their schema',
      Buffer.concat([
        hello,
        source,
        encodeFrame({ case: 'records', value: { data: Buffer.from([0, 0, 0, 0, 8, 0, 0, 0]) } }),
      ]),
      'DAMAGED',
    ],
    [
      'a schema that is no JSON',
      Buffer.concat([hello, source, encodeFrame({ case: 'schema', value: { scriptJson: Buffer.from('{') } })]),
      'DAMAGED',
    ],
  ])('%s', (_name, frame, code) => {
    const damaged = frame instanceof Uint8Array ? frame : encodeFrame(frame);
    expect(() => read(damaged).reader.finish()).toThrow(expect.objectContaining({ name: 'StreamError', code }));
  });
});

describe('resuming', () => {
  const events = (from: number, to: number): SampleEvent[] =>
    Array.from({ length: to - from }, (_, index) => ({ ms: from + index, n: from + index }));

  it('goes on with the record that comes next, and takes none twice', () => {
    const node = new SampleNode('n').attach().events(...events(0, 5));
    const first = node.bytes;
    const whole = node.events(...events(5, 9)).end().bytes;
    const { reader, sink } = renderingReader();
    reader.push(first);
    expect(reader.resume).toBe('n:run%20of%20n:5');
    reader.reconnect();
    reader.push(whole);
    reader.finish();
    expect(sink()!.events.map(({ values }) => values[0])).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
    expect(reader.ledger).toMatchObject({ seen: 9, kept: 9, lost: { slowReader: 0 } });
  });

  it('counts what is missing', () => {
    const node = new SampleNode('n').attach();
    const parts = [events(0, 3), events(3, 7), events(7, 9), events(9, 10)].map((part) => {
      const before = node.frames.length;
      node.events(...part);
      return Buffer.concat(node.frames.slice(before).map(({ bytes }) => bytes));
    });
    const head = Buffer.concat(node.frames.slice(0, 5).map(({ bytes }) => bytes));
    const tail = node.frames.length;
    node.end();
    const end = Buffer.concat(node.frames.slice(tail).map(({ bytes }) => bytes));
    const { reader } = renderingReader();
    for (const bytes of [head, parts[2]!, end]) reader.push(bytes);
    reader.finish();
    expect(reader.ledger).toMatchObject({ seen: 10, kept: 2, lost: { slowReader: 8 } });
  });

  it('begins anew with another run, whose books are added', () => {
    const { reader, sink } = renderingReader();
    reader.push(new SampleNode('n', { run: 'one' }).attach().events(...events(0, 4)).bytes);
    reader.reconnect();
    reader.push(
      new SampleNode('n', { run: 'two', seed: 9 })
        .attach()
        .events(...events(0, 3))
        .end().bytes,
    );
    expect(sink()!.events).toHaveLength(7);
    expect(reader.ledger).toMatchObject({ seen: 7, kept: 7 });
    expect(reader.sources).toMatchObject([{ run: 'two', state: 'ended', ledger: { kept: 7 } }]);
  });
});
