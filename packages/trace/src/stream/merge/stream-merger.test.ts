import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { FrameReader } from '../frame-reader.ts';
import { type RenderingSink, renderingReader } from '../rendering-sink.test-kit.ts';
import { SAMPLE_INFO, type SampleMaps, SampleNode } from '../sample-node.test-kit.ts';
import { StreamError } from '../stream-error.ts';
import { Channel, settle } from './channel.test-kit.ts';
import { StreamMerger, type StreamMergerOptions } from './stream-merger.ts';

/** A merged stream under test: its nodes, its clock, and one who reads it. */
class Fixture {
  nowMs = 0;
  readonly merger: StreamMerger;
  readonly reader: FrameReader;
  readonly #sink: () => RenderingSink | undefined;
  #reading: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: Partial<StreamMergerOptions> = {}) {
    // A delay of real time is short; whether it is over, the test's clock says.
    this.merger = new StreamMerger({ info: SAMPLE_INFO, delayMs: 4, lagMs: 5000, nowMs: () => this.nowMs, ...options });
    const { reader, sink } = renderingReader();
    this.reader = reader;
    this.#sink = sink;
  }

  get sink(): RenderingSink {
    return this.#sink()!;
  }

  get moments(): RenderingSink['moments'] {
    return this.#sink()?.moments ?? [];
  }

  /** Numbers of the events, in the order in which they came. */
  get numbers(): number[] {
    return (this.#sink()?.events ?? []).map(({ values }) => Number(values[0]));
  }

  /** Connects a node; what it has said so far is there at once. */
  connect(node: SampleNode): { readonly channel: Channel; readonly outcome: Promise<unknown>; say(): void } {
    const channel = new Channel();
    let said = 0;
    const say = () => {
      for (const { bytes } of node.frames.slice(said)) channel.push(bytes);
      said = node.frames.length;
    };
    say();
    const outcome = this.merger
      .source(node.name)
      .read(channel)
      .catch((error: unknown) => error);
    return { channel, outcome, say };
  }

  /** Begins to read. */
  start(): this {
    this.#reading = (async () => {
      for await (const chunk of this.merger) this.reader.push(chunk);
      this.reader.finish();
    })();
    this.#reading.catch((error: unknown) => {
      this.#failure = error;
    });
    return this;
  }

  /** Reads to the end. */
  async end(): Promise<this> {
    this.merger.close();
    if (this.#reading === undefined) this.start();
    await this.#reading;
    return this;
  }

  /** Waits until the reader has got something. */
  async sees(isSo: () => boolean): Promise<void> {
    for (let turn = 0; !isSo(); turn++) {
      if (this.#failure !== undefined) throw this.#failure;
      if (turn > 2000) throw new Error('it does not come');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

async function mergeAll(nodes: readonly SampleNode[]): Promise<Fixture> {
  const fixture = new Fixture();
  for (const node of nodes) fixture.connect(node);
  return fixture.end();
}

const event = (ms: number) => ({ ms, n: ms });

describe('records', () => {
  it('of two nodes come in order of time', async () => {
    const north = new SampleNode('north', { seed: 1 }).attach().events(event(1), event(4)).events(event(5)).end();
    const south = new SampleNode('south', { seed: 2 }).attach().events(event(2), event(3), event(6)).end();
    const { numbers, sink, reader } = await mergeAll([north, south]);
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6]);
    expect(sink.events.map(({ node }) => node)).toEqual(['north', 'south', 'south', 'north', 'north', 'south']);
    expect(reader.ledger).toMatchObject({ seen: 6, kept: 6, lost: { slowReader: 0 } });
    expect(reader.end).toEqual({ reason: 'stopped', exitCode: 0 });
  });

  it('keep what identities, facts and prints each node has', async () => {
    const nodes = ['north', 'south'].map((name, seed) => {
      const node = new SampleNode(name, { seed: 7 * seed });
      node.identities.set(1n, { cgroupId: 1n, path: '/', name: `container of ${name}` });
      node.attach().events({ ms: 1 + seed, n: seed, fn: 3, who: name, stack: [1, 2] });
      return node
        .hold({ counts: [{ who: name, comm: 'sh', fn: seed, count: 5 }] })
        .print()
        .system(seed)
        .end();
    });
    const { sink } = await mergeAll(nodes);
    expect(sink.lines.sort()).toEqual([
      '@counts[north, sh, fn0]: 5\n',
      '@counts[south, sh, fn1]: 5\n',
      expect.stringMatching(
        /^north 18\d+ container of north \{ .n = 0, .symbol = fn3, .who = north, .* fn1\+0\n +fn2\+0\n }\n$/s,
      ),
      'north ran echo 0\n\n',
      expect.stringMatching(/^south 18\d+ container of south \{ .n = 1, .symbol = fn3, .who = south, /),
      'south ran echo 1\n\n',
    ]);
  });

  test('come in order of time, whatever comes first', async () => {
    const times = fc.array(fc.nat(1000), { maxLength: 30 }).map((all) => all.sort((a, b) => a - b));
    const nodes = fc.array(times, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(nodes, fc.array(fc.nat(3), { maxLength: 60 }), async (plan, turns) => {
        const fixture = new Fixture().start();
        const all = plan.map((events, index) => {
          const node = new SampleNode(`n${index}`, { seed: index }).attach();
          return { node, events: [...events], ...fixture.connect(node) };
        });
        await settle();
        // Nodes say what they have in any order, in batches.
        for (const turn of turns) {
          const one = all[turn % all.length]!;
          one.node.events(...one.events.splice(0, 1 + (turn % 3)).map(event));
          one.say();
          if (turn % 2 === 0) await settle();
        }
        for (const one of all) {
          one.node.events(...one.events.map(event)).end();
          one.say();
        }
        await fixture.end();
        expect(fixture.numbers).toEqual(plan.flat().sort((a, b) => a - b));
        expect(fixture.reader.ledger.kept).toBe(plan.flat().length);
      }),
      { numRuns: 25 },
    );
  });

  it('wait for a node that is silent, but no longer than the delay', async () => {
    const fixture = new Fixture().start();
    fixture.connect(new SampleNode('silent').attach());
    const { say } = fixture.connect(new SampleNode('loud').attach());
    const loud = new SampleNode('third').attach();
    const third = fixture.connect(loud);
    say();
    await fixture.sees(() => fixture.reader.sources.length === 3);
    loud.events(event(1), event(2));
    third.say();
    await settle();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fixture.numbers).toEqual([]);
    fixture.nowMs += 4;
    await fixture.sees(() => fixture.numbers.length === 2);
  });

  it('do not wait for nodes that have ended, failed or do not answer', async () => {
    const fixture = new Fixture().start();
    fixture.connect(new SampleNode('ended').attach().end());
    fixture.merger.source('failed').fail('no such kernel');
    fixture.merger.source('away').waiting('connection refused');
    const cut = fixture.connect(new SampleNode('cut').attach());
    cut.channel.close();
    await cut.outcome;
    const node = new SampleNode('loud').attach();
    const { say } = fixture.connect(node);
    node.events(event(1));
    say();
    await fixture.sees(() => fixture.numbers.length === 1);
  });
});

describe('nodes', () => {
  it('may join late, and twice under one name', async () => {
    const fixture = new Fixture().start();
    const early = new SampleNode('early').attach().events(event(1));
    const first = fixture.connect(early);
    await fixture.sees(() => fixture.numbers.length === 1);
    expect(fixture.merger.source('early')).toBe(fixture.merger.source('early'));
    fixture.connect(new SampleNode('late').attach().events(event(2)).end());
    early.end();
    first.say();
    await fixture.end();
    expect(fixture.numbers).toEqual([1, 2]);
    expect(fixture.reader.sources.map(({ name, state }) => [name, state])).toEqual([
      ['early', 'ended'],
      ['late', 'ended'],
    ]);
  });

  it('that are cut off go on where they were', async () => {
    const fixture = new Fixture().start();
    const node = new SampleNode('n').attach().events(event(1), event(2));
    const { channel, outcome } = fixture.connect(node);
    channel.close();
    expect(await outcome).toBe('cut');
    await fixture.sees(() => fixture.reader.sources[0]?.state === 'waiting');
    expect(fixture.reader.sources[0]!.message).toBe('the connection was lost');
    expect(fixture.merger.source('n').resume).toEqual({ run: 'run of n', from: 2n });
    // The agent may send more than was asked for.
    fixture.connect(node.events(event(3)).end());
    await fixture.end();
    expect(fixture.numbers).toEqual([1, 2, 3]);
    expect(fixture.reader.ledger).toMatchObject({ seen: 3, kept: 3, lost: { slowReader: 0 } });
  });

  it('that were restarted begin anew, and what they had counted before still counts', async () => {
    const fixture = new Fixture().start();
    const before = new SampleNode('n', { run: 'one', seed: 4 }).attach().events(event(1), event(2));
    before.hold({ counts: [{ who: 'a', comm: 'sh', fn: 1, count: 10 }], sizes: [5], least: 3 }).maps(false);
    const first = fixture.connect(before);
    await fixture.sees(() => fixture.moments.length === 1);
    first.channel.fail(new Error('connection reset'));
    expect(await first.outcome).toMatchObject({ message: 'connection reset' });
    const after = new SampleNode('n', { run: 'two', seed: 5 }).attach().events(event(3));
    after
      .hold({ counts: [{ who: 'a', comm: 'sh', fn: 1, count: 3 }], sizes: [7], least: 4 })
      .maps(true)
      .end();
    fixture.connect(after);
    await fixture.end();
    expect(fixture.numbers).toEqual([1, 2, 3]);
    expect(fixture.moments.at(-1)).toEqual({
      final: true,
      text: '@counts[a, sh, fn1]: 13\n@sizes: { .count = 2, .average = 6, .total = 12 }\n@least: 3\n',
    });
    expect(fixture.reader.ledger).toMatchObject({ seen: 3, kept: 3 });
  });

  it('that fall silent are said to lag, until they are heard again', async () => {
    const fixture = new Fixture().start();
    const node = new SampleNode('n').attach();
    const { say } = fixture.connect(node);
    const state = () => fixture.reader.sources[0]?.state;
    await fixture.sees(() => state() === 'streaming');
    fixture.nowMs += 5001;
    fixture.merger.wake();
    await fixture.sees(() => state() === 'lagging');
    expect(fixture.reader.sources[0]!.message).toBe('nothing has been heard of it for 5 s');
    node.events(event(1));
    say();
    await fixture.sees(() => state() === 'streaming');
  });

  it('that send damaged bytes do not harm the others', async () => {
    const fixture = new Fixture();
    const good = fixture.connect(new SampleNode('good').attach().events(event(1)).end());
    const bad = fixture.connect(new SampleNode('bad').attach());
    bad.channel.push(new Uint8Array([5, 1, 2, 3, 4, 5]));
    fixture.start();
    const error = await bad.outcome;
    expect(error).toBeInstanceOf(StreamError);
    fixture.merger.source('bad').fail((error as Error).message);
    expect(await good.outcome).toBe('ended');
    await fixture.end();
    expect(fixture.numbers).toEqual([1]);
    expect(fixture.reader.sources.map(({ name, state }) => [name, state])).toEqual([
      ['good', 'ended'],
      ['bad', 'failed'],
    ]);
    expect(fixture.reader.end).toEqual({ reason: 'stopped', exitCode: 0 });
  });

  it.each<[string, (fixture: Fixture) => unknown, object]>([
    ['nobody was there', () => {}, { reason: 'stopped', exitCode: 0 }],
    ['all failed', (f) => f.merger.source('a').fail('no kernel'), { reason: 'error', exitCode: 1, error: 'no kernel' }],
    [
      'one exited with a code',
      (f) => {
        f.connect(new SampleNode('a').attach().end({ reason: 'exit', exitCode: 3 }));
        f.connect(new SampleNode('b').attach().end({ reason: 'exit' }));
      },
      { reason: 'exit', exitCode: 3 },
    ],
    [
      'all failed on their own',
      (f) => f.connect(new SampleNode('a').attach().end({ reason: 'error', exitCode: 1, error: new Error('gone') })),
      { reason: 'error', exitCode: 1, error: 'gone' },
    ],
  ])('end together: %s', async (_name, prepare, end) => {
    const fixture = new Fixture();
    prepare(fixture);
    await fixture.end();
    expect(fixture.reader.end).toEqual(end);
  });
});

describe('a reader', () => {
  it('that does not read holds the nodes up', async () => {
    const fixture = new Fixture({ bufferBytes: 20_000 });
    const node = new SampleNode('n').attach();
    for (let n = 0; n < 500; n++) node.events({ ms: n, n, text: 'x'.repeat(200) });
    const { channel, say } = fixture.connect(node.end());
    say();
    await settle();
    const { taken } = channel;
    expect(taken).toBeGreaterThan(10);
    expect(taken).toBeLessThan(100);
    await fixture.end();
    expect(fixture.numbers).toHaveLength(500);
    expect(fixture.reader.ledger).toMatchObject({ kept: 500, lost: { slowReader: 0 } });
  });

  it('that goes away lets the nodes go', async () => {
    const fixture = new Fixture({ bufferBytes: 1000 });
    const node = new SampleNode('n').attach();
    for (let n = 0; n < 100; n++) node.events(event(n));
    const { outcome } = fixture.connect(node);
    const chunks = fixture.merger[Symbol.asyncIterator]();
    await chunks.next();
    await chunks.return(undefined);
    expect(await outcome).toBe('cut');
  });

  it('that comes again, perhaps to another gateway, says where it was', () => {
    const { merger } = new Fixture({ resume: 'n%201:run%3A1:7,broken,m::3' });
    expect(merger.source('n 1').resume).toEqual({ run: 'run:1', from: 7n });
    expect(merger.source('m').resume).toBeUndefined();
    expect(merger.source('x').resume).toBeUndefined();
  });
});

describe('maps', () => {
  it('of one node are what the node has', async () => {
    const maps: SampleMaps = {
      counts: [
        { who: 'a', comm: 'sh', fn: 1, count: 3 },
        { who: '', comm: 'cat', fn: 100_000, count: 2 },
      ],
      times: [{ stack: [4, 5], bucket: 9, count: 2 }],
      last: [{ key: 9, fn: 2, n: 4 }],
      sizes: [-5],
      least: -7,
    };
    const node = new SampleNode('n', { seed: 6 }).attach().hold(maps).maps(true).end();
    const { reader, sink } = renderingReader();
    reader.push(node.bytes);
    const merged = await mergeAll([node]);
    expect(merged.sink.moments).toEqual(sink()!.moments);
  });

  it('of nodes with other kernels, other numbers and other stacks are one', async () => {
    const north = new SampleNode('north', { seed: 2 }).attach();
    north.events({ ms: 1, n: 1, who: 'only here', stack: [9, 9] });
    north.hold({
      counts: [
        { who: 'web', comm: 'sh', fn: 1, count: 2 },
        { who: 'cart', comm: 'sh', fn: 1, count: 3 },
      ],
      times: [{ stack: [1, 2], bucket: 4, count: 5 }],
      last: [{ key: 1, fn: 1, n: 1 }],
    });
    const south = new SampleNode('south', { seed: 30 }).attach();
    south.hold({
      counts: [
        { who: 'cart', comm: 'sh', fn: 1, count: 4 },
        { who: 'cart', comm: 'sh', fn: 2, count: 7 },
      ],
      times: [
        { stack: [1, 3], bucket: 4, count: 1 },
        { stack: [1, 2], bucket: 4, count: 2 },
      ],
      last: [{ key: 2, fn: 8, n: 2 }],
    });
    const { sink } = await mergeAll([north.maps(true).end(), south.maps(true).end()]);
    expect(sink.moments).toHaveLength(1);
    expect(sink.moments[0]!.text).toBe(
      [
        '@counts[web, sh, fn1]: 2\n@counts[cart, sh, fn1]: 7\n@counts[cart, sh, fn2]: 7\n',
        `@times[\n        fn1+0\n        fn3+0\n]:\n[4, 8)                 1 |${'@'.repeat(52)}|\n\n`,
        `@times[\n        fn1+0\n        fn2+0\n]:\n[4, 8)                 7 |${'@'.repeat(52)}|\n\n`,
        '@last[1]: (fn1, 1)\n@last[2]: (fn8, 2)\n',
      ].join(''),
    );
  });

  it('at intervals come once an interval, when all have sent theirs', async () => {
    const fixture = new Fixture().start();
    const nodes = ['a', 'b'].map((name) => new SampleNode(name).attach());
    const connections = nodes.map((node) => fixture.connect(node));
    for (let interval = 1; interval <= 3; interval++) {
      for (const [index, node] of nodes.entries()) {
        node.hold({ least: 10 * interval + index, sizes: [interval] }).maps(false);
        connections[index]!.say();
        await settle();
      }
      await fixture.sees(() => fixture.moments.length === interval);
      expect(fixture.moments.at(-1)!.text).toContain(`@least: ${10 * interval}\n`);
    }
    // One that is late is not waited for long.
    nodes[0]!.hold({ least: 5 }).maps(false);
    connections[0]!.say();
    await settle();
    expect(fixture.moments).toHaveLength(3);
    fixture.nowMs += 8;
    await fixture.sees(() => fixture.moments.length === 4);
    for (const node of nodes) node.maps(true).end();
    for (const { say } of connections) say();
    await fixture.end();
    expect(fixture.moments.map(({ final }) => final)).toEqual([false, false, false, false, true]);
  });

  it('hold the last of a node that failed', async () => {
    const fixture = new Fixture().start();
    const broken = new SampleNode('broken')
      .attach()
      .hold({ sizes: [3, 4] })
      .maps(false);
    const { channel, outcome } = fixture.connect(broken);
    await fixture.sees(() => fixture.moments.length === 1);
    channel.close();
    await outcome;
    fixture.merger.source('broken').fail('the node is gone');
    fixture.connect(
      new SampleNode('whole')
        .attach()
        .hold({ sizes: [5] })
        .maps(true)
        .end(),
    );
    await fixture.end();
    expect(fixture.moments.at(-1)).toEqual({
      final: true,
      text: '@sizes: { .count = 3, .average = 4, .total = 12 }\n',
    });
    expect(fixture.reader.sources.map(({ state, message }) => [state, message])).toEqual([
      ['failed', 'the node is gone'],
      ['ended', ''],
    ]);
  });

  test('add up, whatever the nodes call things', async () => {
    const who = fc.constantFrom('a', 'b', 'c', 'dé');
    const small = fc.nat(4);
    const maps = fc.record({
      counts: fc.uniqueArray(
        fc.record({ who, comm: fc.constantFrom('sh', 'cat'), fn: small, count: fc.integer({ min: 1, max: 99 }) }),
        {
          selector: ({ who: name, comm, fn }) => `${name} ${comm} ${fn}`,
          maxLength: 6,
        },
      ),
      times: fc.uniqueArray(
        fc.record({
          stack: fc.array(small, { minLength: 1, maxLength: 3 }),
          bucket: fc.integer({ min: 1, max: 9 }),
          count: fc.integer({ min: 1, max: 9 }),
        }),
        {
          selector: ({ stack }) => stack.join(),
          maxLength: 5,
        },
      ),
      sizes: fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 4 }),
      least: fc.integer({ min: -50, max: 50 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(maps, fc.nat(20)), { minLength: 1, maxLength: 4 }), async (plan) => {
        const nodes = plan.map(([held, seed], index) =>
          new SampleNode(`n${index}`, { seed }).attach().hold(held).maps(true).end(),
        );
        const { sink } = await mergeAll(nodes);
        // One node that has seen it all itself.
        const alone = new SampleNode('alone')
          .attach()
          .hold(addUp(plan.map(([held]) => held)))
          .maps(true)
          .end();
        const expected = await mergeAll([alone]);
        expect(blocks(sink.moments[0]!.text)).toEqual(blocks(expected.sink.moments[0]!.text));
      }),
      { numRuns: 25 },
    );
  });
});

/** A map's entries without their order: equal ones follow the bytes of their keys, which are each kernel's own. */
function blocks(text: string): string[] {
  return text.split(/^(?=@)/m).sort();
}

function addUp(all: readonly Required<Pick<SampleMaps, 'counts' | 'times' | 'sizes' | 'least'>>[]): SampleMaps {
  const counts = new Map<string, NonNullable<SampleMaps['counts']>[number]>();
  for (const one of all.flatMap((maps) => maps.counts)) {
    const key = JSON.stringify([one.who, one.comm, one.fn]);
    counts.set(key, { ...one, count: one.count + (counts.get(key)?.count ?? 0) });
  }
  // A stack may have more than one bucket: as many entries of one key, which merging puts together.
  const times = all.flatMap((maps) => maps.times);
  return {
    counts: [...counts.values()],
    times,
    sizes: all.flatMap((maps) => maps.sizes),
    least: Math.min(...all.map((maps) => maps.least)),
  };
}
