import type { SourceStatus } from '@waggle/trace/stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodeReports } from './node-reports.ts';

const LEDGER: SourceStatus['ledger'] = {
  ...{ seen: 0, kept: 0, stringsCut: 0 },
  lost: { ringFull: 0, afterExit: 0, mapFull: 0, stacks: 0, nested: 0, slowReader: 0 },
};
const status = (state: SourceStatus['state'], message = '', run = 'r1'): SourceStatus => ({
  ...{ name: 'a', run, state, message, probes: 1, programs: 2, ledger: LEDGER },
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Between two states of a list, time passes. */
function told(verbose: boolean, pauseMs: number, ...states: readonly SourceStatus[]): string[] {
  const words: string[] = [];
  using reports = new NodeReports((text) => words.push(text), verbose);
  for (const each of states) {
    reports.report(each);
    vi.advanceTimersByTime(pauseMs);
  }
  return words;
}

describe('what is told of a node', () => {
  it.each<[string, number, SourceStatus[], string[]]>([
    ['nothing while all is well', 5000, [status('starting'), status('streaming'), status('ended')], []],
    ['nothing of a short silence', 100, [status('waiting', 'why', ''), status('streaming')], []],
    [
      'a long silence, once, and its end',
      3000,
      [
        status('streaming'),
        status('waiting', 'why'),
        status('waiting', 'why else'),
        status('streaming'),
        status('lagging'),
      ],
      ['a: does not answer: why', 'a: answers again', 'a: lags behind'],
    ],
    ['a failure at once', 0, [status('failed', 'no such probe')], ['a: failed: no such probe']],
    ['nothing of the end of a log that is not followed', 0, [status('failed', 'was still running')], []],
    [
      'that another run has begun',
      0,
      [status('streaming'), status('waiting', 'lost'), status('streaming', '', 'r2')],
      ['a: started anew: what happened there in between was not seen'],
    ],
    ['why it ended', 0, [status('ended', 'its time is over')], ['a: ended: its time is over']],
  ])('%s', (_, pauseMs, states, words) => expect(told(false, pauseMs, ...states)).toEqual(words));

  it('is what is attached, once a run, if wanted', () => {
    expect(told(true, 0, status('streaming'), status('waiting'), status('streaming'))).toEqual([
      'a: 2 programs attached to 1 probe',
    ]);
  });
});
