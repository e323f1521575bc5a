import { expect, test } from 'vitest';
import { listGadgets } from './catalogue.ts';
import { parseDocComment } from './parse-doc-comment.ts';

test('reads summary, description and tags', () => {
  const script = `#!/usr/bin/env waggle
/**
 * What it shows.
 *
 * More about it,
 * in two lines.
 *
 * @column fd {fd} The descriptor
 * @column tid hidden The thread,
 *   as the kernel counts it
 * @key comm Who
 * @histogram usecs {us} Latency
 * @sort -usecs,comm
 */
BEGIN { }`;
  expect(parseDocComment(script)).toEqual({
    summary: 'What it shows',
    description: 'More about it,\nin two lines.',
    columns: [
      { name: 'fd', format: 'fd', hidden: false, description: 'The descriptor' },
      { name: 'tid', hidden: true, description: 'The thread, as the kernel counts it' },
    ],
    keys: [{ name: 'comm', hidden: false, description: 'Who' }],
    histograms: [{ name: 'usecs', format: 'us', hidden: false, description: 'Latency' }],
    sort: '-usecs,comm',
  });
});

test('a script without one has an empty doc', () => {
  expect(parseDocComment('// x\nBEGIN { }')).toEqual({
    summary: '',
    description: '',
    columns: [],
    keys: [],
    histograms: [],
  });
});

test.each(listGadgets().map((gadget) => [gadget.name, gadget] as const))('%s documents itself', (_, { doc }) => {
  expect(doc.summary).not.toBe('');
  expect(doc.columns.length + doc.histograms.length).toBeGreaterThan(0);
});
