import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../../../../test/support/kernel-leftovers.ts';
import { runWaggle } from '../../../../test/support/waggle-process.ts';

expectNothingLeft();

interface Event {
  readonly event: string;
  readonly error: string | null;
  readonly what: string;
  readonly comm: string;
}

describe('tour', () => {
  it('shows opens and execs, then how long reads took', async () => {
    const command = ['cat', '/etc/hostname', '/etc/waggle-missing'];
    const { code, stdout } = await runWaggle(['run', 'tour', '-q', '-o', 'json', '--', ...command]);
    expect(code).toBe(1);
    const document = JSON.parse(stdout.replace(readFileSync('/etc/hostname', 'utf8'), '')) as (
      | Event
      | { type: string; data: object }
    )[];
    const events = document.filter((item): item is Event => 'event' in item);
    expect(events[0]).toMatchObject({ comm: 'cat', event: 'exec', error: null, what: 'cat' });
    expect(events).toContainEqual(expect.objectContaining({ event: 'open', error: null, what: '/etc/hostname' }));
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'open', error: 'ENOENT', what: '/etc/waggle-missing' }),
    );
    expect(document.at(-1)).toMatchObject({ type: 'hist', data: { '@read_usecs': expect.any(Array) } });
  });
});
