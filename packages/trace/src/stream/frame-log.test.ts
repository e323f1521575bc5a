import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FrameLog, type LogSubscription, type SubscribeOptions } from './frame-log.ts';
import { readStream } from './frame-reader.ts';
import { renderingReader } from './rendering-sink.test-kit.ts';
import { SampleNode } from './sample-node.test-kit.ts';

/** A node whose frames go into a log as they come. */
class LoggedNode {
  readonly node = new SampleNode('n');
  readonly log: FrameLog;
  #taken = 0;

  constructor(maxBytes: number) {
    this.log = new FrameLog({ maxBytes });
    this.flush();
  }

  flush(): void {
    for (const frame of this.node.frames.slice(this.#taken)) this.log.append(frame);
    this.#taken = this.node.frames.length;
  }

  do(work: (node: SampleNode) => void): this {
    work(this.node);
    this.flush();
    return this;
  }

  events(from: number, to: number): this {
    for (let n = from; n < to; n++)
      this.do((node) => node.events({ ms: n, n, fn: n % 50, who: `who ${n % 20}`, text: 'x'.repeat(n % 30) }));
    return this;
  }
}

async function readAll(subscription: LogSubscription) {
  const { reader, sink } = renderingReader();
  await readStream(subscription, reader);
  return { reader, sink: sink()!, numbers: sink()!.events.map(({ values }) => Number(values[0])) };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('a log', () => {
  it('gives the whole stream to whoever comes while there is room for it', async () => {
    const logged = new LoggedNode(1 << 20).do((node) => node.attach()).events(0, 50);
    const early = readAll(logged.log.subscribe());
    logged.events(50, 80).do((node) => node.hold({ least: 3 }).maps(true).end());
    const late = readAll(logged.log.subscribe());
    for (const { reader, numbers, sink } of await Promise.all([early, late])) {
      expect(numbers).toEqual(range(0, 80));
      expect(sink.moments.at(-1)).toEqual({ final: true, text: '@least: 3\n' });
      expect(reader.ledger).toMatchObject({ kept: 80, lost: { slowReader: 0 } });
    }
    expect(logged.log.ended).toBe(true);
  });

  it('gives what it still has, with everything that it takes to read that, and counts the rest', async () => {
    const logged = new LoggedNode(4000)
      .do((node) => node.attach())
      .events(0, 300)
      .do((node) => node.end());
    const subscription = logged.log.subscribe();
    const { reader, numbers, sink } = await readAll(subscription);
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers).toEqual(range(300 - numbers.length, 300));
    for (const [index, n] of numbers.entries()) {
      expect(sink.lines[index]).toContain(`.symbol = fn${n % 50}, .who = who ${n % 20}, `);
    }
    const missed = 300 - numbers.length;
    expect(subscription.missed).toBe(BigInt(missed));
    expect(reader.ledger).toMatchObject({ seen: 300, kept: numbers.length, lost: { slowReader: missed } });
  });

  it.each<[string, SubscribeOptions['from'], number, number]>([
    ['an ordinal', 20n, 20, 0],
    ['the end', 60n, 60, 0],
    ['an ordinal beyond', 1000n, 60, 0],
    ['now', 'now', 60, 60],
  ])('begins where the reader was: %s', async (_name, from, first, skipped) => {
    const logged = new LoggedNode(1 << 20).do((node) => node.attach()).events(0, 60);
    const subscription = logged.log.subscribe(from === undefined ? {} : { from });
    const reading = readAll(subscription);
    logged.events(60, 70).do((node) => node.end());
    const { reader, numbers } = await reading;
    expect(numbers).toEqual(range(first, 70));
    // Who begins now has not missed what was before; who begins in the middle has been here before.
    const { lost, kept, seen } = reader.ledger;
    expect([seen, kept + lost.slowReader]).toEqual([70 - skipped, 70 - skipped]);
    expect(lost.slowReader).toBe(skipped === 0 ? first : 0);
  });

  it('tells a reader that was overtaken everything that it needs', async () => {
    const logged = new LoggedNode(4000).do((node) => node.attach()).events(0, 5);
    const { reader, sink } = renderingReader();
    const subscription = logged.log.subscribe();
    const chunks = subscription[Symbol.asyncIterator]();
    const take = async (): Promise<boolean> => {
      const { value, done } = await chunks.next();
      if (done === true) return false;
      reader.push(value);
      return true;
    };
    await take();
    await take();
    logged.events(5, 400);
    await take();
    logged.do((node) => node.end());
    while (await take());
    const numbers = sink()!.events.map(({ values }) => Number(values[0]));
    const kept = numbers.length;
    expect(numbers).toEqual([...range(0, 5), ...range(400 - (kept - 5), 400)]);
    expect(sink()!.lines.filter((line, index) => !line.includes(`.who = who ${numbers[index]! % 20}, `))).toEqual([]);
    expect(subscription.missed).toBe(BigInt(400 - kept));
    expect(reader.ledger).toMatchObject({ seen: 400, kept, lost: { slowReader: 400 - kept } });
  });

  it('keeps what it all came to, however small it is', async () => {
    const logged = new LoggedNode(100).do((node) => node.attach()).events(0, 50);
    logged.do((node) =>
      node
        .hold({ last: range(0, 500).map((key) => ({ key, fn: 1, n: key })) })
        .maps(true)
        .end(),
    );
    const { sink, reader } = await readAll(logged.log.subscribe());
    expect(sink.moments[0]!.text.split('\n')).toHaveLength(501);
    expect(reader.ledger.kept + reader.ledger.lost.slowReader).toBe(50);
  });

  it('lets go of a reader that has gone', async () => {
    const logged = new LoggedNode(1000).do((node) => node.attach());
    const subscription = logged.log.subscribe();
    const chunks = subscription[Symbol.asyncIterator]();
    await chunks.next();
    await chunks.next();
    const waiting = chunks.next();
    subscription.close();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });
});

test('readers at any speed get an end of the stream each, in order, and exact numbers of the rest', async () => {
  const step = fc.constantFrom('event', 'event', 'burst', 'maps', 'read 0', 'read 1', 'join');
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 300, max: 6000 }),
      async (steps, maxBytes) => {
        const logged = new LoggedNode(maxBytes).do((node) => node.attach());
        const readers = [join(logged.log), join(logged.log)];
        let n = 0;
        for (const what of steps) {
          const more = what === 'event' ? 1 : what === 'burst' ? 15 : 0;
          logged.events(n, n + more);
          n += more;
          if (more > 0) continue;
          if (what === 'maps') logged.do((node) => node.hold({ sizes: [n] }).maps(false));
          else if (what === 'join') readers.push(join(logged.log));
          else await readers[what === 'read 0' ? 0 : 1]!.take();
        }
        logged.do((node) => node.end());
        for (const one of readers) {
          while (await one.take());
          const numbers = one.sink()!.events.map(({ values }) => Number(values[0]));
          expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
          expect(one.reader.ledger).toMatchObject({
            seen: n,
            kept: numbers.length,
            lost: { slowReader: n - numbers.length },
          });
          expect(one.subscription.missed).toBe(BigInt(n - numbers.length));
          for (const [index, number] of numbers.entries())
            expect(one.sink()!.lines[index]).toContain(`.symbol = fn${number % 50}, .who = who ${number % 20}, `);
        }
      },
    ),
    { numRuns: 60 },
  );
});

function join(log: FrameLog) {
  const subscription = log.subscribe();
  const chunks = subscription[Symbol.asyncIterator]();
  const { reader, sink } = renderingReader();
  let asked: Promise<IteratorResult<Uint8Array>> | undefined;
  /** Takes what is there. @returns whether anything was */
  const take = async (): Promise<boolean> => {
    asked ??= chunks.next();
    const next = await Promise.race([asked, new Promise<'later'>((resolve) => setImmediate(() => resolve('later')))]);
    if (next === 'later') return false;
    asked = undefined;
    if (next.done === true) return false;
    reader.push(next.value);
    return true;
  };
  return { subscription, reader, sink, take };
}
