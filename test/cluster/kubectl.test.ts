import { expect, it } from 'vitest';
import { useWaggle } from './support/use-waggle.ts';

const { cluster } = useWaggle();

it('knows traces by their short names', async () => {
  const text = await cluster.kubectl(['api-resources', '--api-group=waggle.dev', '--no-headers']);
  expect(text.split('\n').map((line) => line.trim().split(/\s+/).slice(0, 2))).toEqual([
    ['clustertraces', 'ctr'],
    ['traces', 'tr'],
    [''],
  ]);
});
