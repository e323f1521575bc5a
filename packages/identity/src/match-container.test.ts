import { describe, expect, it } from 'vitest';
import { matchContainer } from './match-container.ts';
import type { ContainerInfo } from './runtimes/container.ts';

function container(id: string, name: string): ContainerInfo {
  return { id, name, runtime: 'docker' };
}

const CONTAINERS = [
  container('aa11', 'web'),
  container('aa22', 'web-2'),
  container('bb33', 'cart'),
  container('web-9', 'other'),
  container('cc44', 'twin'),
  container('cc55', 'twin'),
];

describe('matchContainer', () => {
  it.each([
    ['aa11', 'aa11'],
    ['web', 'aa11'],
    ['aa2', 'aa22'],
    ['ca', 'bb33'],
    ['web-2', 'aa22'],
    ['web-', 'web-9'],
  ])('%s is %s', (wanted, id) => {
    expect(matchContainer(wanted, CONTAINERS).id).toBe(id);
  });

  it.each([
    ['zz', 'NO_SUCH_CONTAINER', 6],
    ['', 'NO_SUCH_CONTAINER', 6],
    ['aa', 'AMBIGUOUS_CONTAINER', 2],
    ['twin', 'AMBIGUOUS_CONTAINER', 2],
  ])('%j: %s', (wanted, code, candidates) => {
    const act = () => matchContainer(wanted, CONTAINERS);
    expect(act).toThrow(expect.objectContaining({ code, wanted }));
    try {
      act();
    } catch (error) {
      expect((error as { candidates: unknown[] }).candidates).toHaveLength(candidates);
    }
  });
});
