import { describe, expect, test } from 'vitest';
import { manifestType, objectName } from './manifest-kinds.ts';
import { manifests } from './manifests.ts';
import { troublesOf } from './pod-troubles.ts';
import { agentsState, deploymentState } from './rollout-state.ts';

describe('the manifests', () => {
  const objects = manifests();
  const names = objects.map((object) => objectName(manifestType(object)!, object.metadata.name!));

  test('are of kinds that can be applied, what others need first', () => {
    expect(names[0]).toBe('namespace/waggle');
    const order = ['traces.waggle.dev', 'waggle-tracer', 'daemonset.apps/', 'apiservice.', 'validatingwebhook'];
    const places = order.map((part) => names.findIndex((name) => name.includes(part)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  test('of what a kustomization does not name are left out', () => {
    const files = {
      'kustomization.yaml': 'resources: [b.yaml, sub]',
      'a.yaml': 'nothing',
      'b.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: b }\n---\n# only words\n',
      'sub/kustomization.yaml': 'resources:\n  - c.yaml\n',
      'sub/c.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: c }\n',
    };
    expect(manifests({}, files).map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
  });

  test('take another image', () => {
    const images = manifests({ image: 'a/b:c', imagePullPolicy: 'Never' }).flatMap((object) => {
      const { template } =
        (object as { spec?: { template?: { spec: { containers: { image: string }[] } } } }).spec ?? {};
      return template?.spec.containers ?? [];
    });
    expect(images.length).toBe(2);
    for (const container of images) expect(container).toMatchObject({ image: 'a/b:c', imagePullPolicy: 'Never' });
  });
});

const metadata = { name: 'x', generation: 3 };

test.each([
  [{}, false, 'agents 0/0 ready'],
  [
    { observedGeneration: 2, desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 2 },
    false,
    'agents 0/2 ready',
  ],
  [
    { observedGeneration: 3, desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 1 },
    false,
    'agents 1/2 ready',
  ],
  [
    { observedGeneration: 3, desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 2 },
    true,
    'agents 2/2 ready',
  ],
])('agents with %j: ready %s, %s', (status, isReady, text) =>
  expect(agentsState({ metadata, status })).toEqual({ isReady, text }),
);

test.each([
  [{}, false, 'gateway 0/2 available'],
  [{ observedGeneration: 3, replicas: 3, updatedReplicas: 2, availableReplicas: 3 }, false, 'gateway 2/2 available'],
  [{ observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }, true, 'gateway 2/2 available'],
])('a gateway with %j: ready %s, %s', (status, isReady, text) =>
  expect(deploymentState({ metadata, spec: { replicas: 2 }, status })).toEqual({ isReady, text }),
);

test.each([
  [{ containerStatuses: [{ name: 'c', state: { waiting: { reason: 'ContainerCreating' } } }] }, []],
  [
    { containerStatuses: [{ name: 'c', state: { waiting: { reason: 'ErrImagePull', message: 'not there' } } }] },
    ['p on n: ErrImagePull: not there'],
  ],
  [
    {
      containerStatuses: [
        {
          ...{ name: 'c', state: { waiting: { reason: 'CrashLoopBackOff' } } },
          lastState: { terminated: { exitCode: 2, message: 'no key\n' } },
        },
      ],
    },
    ['p on n: CrashLoopBackOff (ended with code 2: no key)'],
  ],
  [
    { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available' }] },
    ['p on n: not scheduled: 0/2 nodes are available'],
  ],
])('troubles of %j', (status, expected) =>
  expect(troublesOf({ metadata: { name: 'p' }, spec: { nodeName: 'n' }, status })).toEqual(expected),
);
