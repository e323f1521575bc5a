import { expect, it } from 'vitest';
import { Log } from './log.ts';

it('writes one JSON object a line, of the levels that are wanted', () => {
  const lines: string[] = [];
  const log = new Log('info', (line) => lines.push(line));
  log.debug('hidden');
  log.info('shown', { count: 7n, error: new Error('broken\nline'), missing: undefined });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]*\n$/);
  expect(JSON.parse(lines[0]!)).toEqual({
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    level: 'info',
    message: 'shown',
    count: '7',
    error: 'broken\nline',
  });
});
