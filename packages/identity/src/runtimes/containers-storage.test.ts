import { describe, expect, it } from 'vitest';
import { listStoredContainers, parseStoredContainers } from './containers-storage.ts';

const ID = 'ab'.repeat(32);

describe('parseStoredContainers', () => {
  it.each([
    [[{ id: ID, names: ['web'] }], [{ id: ID, name: 'web', runtime: 'podman' }]],
    [
      [{ id: ID, names: ['k8s_cart_x'], metadata: '{"pod-name":"shop-1","container-name":"cart"}' }],
      [{ id: ID, name: 'cart', runtime: 'crio' }],
    ],
    [[{ id: ID, metadata: '{' }], [{ id: ID, name: 'abababababab', runtime: 'podman' }]],
    [[null, {}, { id: 3 }], []],
    [{}, []],
  ])('%j', (list, expected) => {
    expect(parseStoredContainers(JSON.stringify(list))).toEqual(expected);
  });

  it('is empty without the file', () => {
    expect(listStoredContainers('/nonexistent/containers.json')).toEqual([]);
  });
});
