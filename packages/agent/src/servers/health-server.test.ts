import { expect, it } from 'vitest';
import { HealthServer } from './health-server.ts';

it('tells life from readiness', async () => {
  let waiting: string[] = ['pods', 'traces'];
  await using server = await HealthServer.start({ waitingFor: () => waiting }, 0, '127.0.0.1');
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return `${answer.status} ${(await answer.text()).trim()}`;
  };
  expect(await get('/healthz')).toBe('200 ok');
  expect(await get('/readyz')).toBe('503 waiting for pods, traces');
  waiting = [];
  expect(await get('/readyz?verbose')).toBe('200 ok');
  expect(await get('/')).toBe('404 not found');
});
