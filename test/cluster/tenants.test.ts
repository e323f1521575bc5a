import { expect, it } from 'vitest';
import { useWaggle } from './support/use-waggle.ts';

const { cluster } = useWaggle();

it.each(['traces', 'clustertraces'])('somebody without a role may not list %s', async (resource) => {
  await expect(cluster.kubectl(['get', resource, '-A', '--as', 'nobody-in-particular'])).rejects.toThrow('Forbidden');
});
