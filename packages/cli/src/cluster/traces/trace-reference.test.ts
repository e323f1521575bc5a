import { describe, expect, test } from 'vitest';
import { referenceText, traceReference, traceReferences } from './trace-reference.ts';

describe('traceReference', () => {
  test.each([
    ['opensnoop-x7k2p', 'trace.waggle.dev/opensnoop-x7k2p'],
    ['trace/a', 'trace.waggle.dev/a'],
    ['traces.waggle.dev/a', 'trace.waggle.dev/a'],
    ['ctr/a', 'clustertrace.waggle.dev/a'],
    ['ClusterTrace/a', 'clustertrace.waggle.dev/a'],
  ])('%s', (word, expected) => expect(referenceText(traceReference(word))).toBe(expected));

  test.each([
    ['pod/a', '"pod/a": expected NAME, trace/NAME or clustertrace/NAME'],
    ['trace/a/b', 'expected NAME'],
    ['Upper', '"Upper" cannot be a trace\'s name'],
    ['../x', 'expected NAME'],
  ])('%s is refused', (word, message) => expect(() => traceReference(word)).toThrow(message));
});

test.each([
  [[], 'traces', []],
  [['traces'], 'traces', []],
  [['ctr'], 'clustertraces', []],
  [['tr', 'a', 'b'], 'traces', ['trace.waggle.dev/a', 'trace.waggle.dev/b']],
  [['a', 'ctr/b'], 'traces', ['trace.waggle.dev/a', 'clustertrace.waggle.dev/b']],
])('traceReferences(%j)', (words, plural, names) => {
  const { type, references } = traceReferences(words);
  expect(type.plural).toBe(plural);
  expect(references.map(referenceText)).toEqual(names);
});
