import { describe, expect, it } from 'vitest';
import { type PodObject, readPod } from './pod-facts.ts';

const ID = '4f'.repeat(32);
const METADATA = { name: 'cart-1', namespace: 'shop', uid: 'u-1', labels: { app: 'cart' } };

describe('readPod', () => {
  it.each<[name: string, pod: PodObject, expected: object]>([
    [
      'names, labels and containers with their images',
      {
        metadata: METADATA,
        spec: { containers: [{ name: 'main', image: 'cart:2' }], initContainers: [{ name: 'init', image: 'init:1' }] },
      },
      {
        identity: { uid: 'u-1', namespace: 'shop', name: 'cart-1', labels: { app: 'cart' } },
        cgroupUid: 'u-1',
        containers: [
          { name: 'main', image: 'cart:2' },
          { name: 'init', image: 'init:1' },
        ],
      },
    ],
    [
      'ids of containers, by who runs them',
      {
        metadata: METADATA,
        spec: {
          containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }],
          ephemeralContainers: [{ name: 'e' }],
        },
        status: {
          containerStatuses: [
            { name: 'a', containerID: `containerd://${ID}` },
            { name: 'b', containerID: `cri-o://${ID}` },
            { name: 'c', containerID: '' },
            { name: 'd', containerID: 'odd' },
          ],
          ephemeralContainerStatuses: [{ name: 'e', containerID: `docker://${ID}` }],
        },
      },
      {
        containers: [
          { name: 'a', id: ID, runtime: 'containerd' },
          { name: 'b', id: ID, runtime: 'crio' },
          { name: 'c' },
          { name: 'd' },
          { name: 'e', id: ID, runtime: 'docker' },
        ],
      },
    ],
    [
      'the hash of a static pod, which its cgroup is called by',
      {
        metadata: {
          ...METADATA,
          annotations: { 'kubernetes.io/config.mirror': 'ab'.repeat(16) },
          ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'node-a', uid: 'n', controller: true }],
        },
      },
      {
        identity: { uid: 'u-1', namespace: 'shop', name: 'cart-1', labels: { app: 'cart' } },
        cgroupUid: 'ab'.repeat(16),
      },
    ],
    [
      'a Job, to be asked about',
      {
        metadata: {
          ...METADATA,
          ownerReferences: [
            { apiVersion: 'batch/v1', kind: 'Job', name: 'tick-1795501440', uid: 'j', controller: true },
          ],
        },
      },
      {
        identity: { workload: { kind: 'CronJob', name: 'tick' } },
        job: { name: 'tick-1795501440', uid: 'j' },
      },
    ],
    [
      'nothing that is not there',
      { metadata: {} },
      { identity: { uid: '', namespace: '', name: '', labels: {} }, cgroupUid: '', containers: [] },
    ],
  ])('reads %s', (_name, pod, expected) => {
    expect(readPod(pod)).toMatchObject(expected);
  });
});
