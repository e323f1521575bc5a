import { expect, it } from 'vitest';
import type { Identity } from './identity.ts';
import { levelsOf } from './levels.ts';

const POD = { uid: 'u', namespace: 'shop', name: 'x', labels: {} };

function known(path: string, pod?: Identity['pod']): Identity {
  return { cgroupId: 1n, path, ...(pod === undefined ? {} : { pod }), name: path };
}

it.each<[name: string, identities: Identity[], roots: string[], pods: number[], containers: number[], all: number[]]>([
  ['nothing yet', [], [], [2, 3], [3, 4], [2, 3, 4]],
  ['a kubelet', [], ['/kubepods'], [2, 3], [3, 4], [2, 3, 4]],
  ['a root of its own', [], ['/node-a/kubepods'], [3, 4], [4, 5], [3, 4, 5]],
  ['two kubelets', [], ['/node-a/kubepods', '/b/c/kubepods.slice'], [3, 4, 5], [4, 5, 6], [3, 4, 5, 6]],
  [
    'two kubelets, one of them ours',
    [known('/node-a/kubepods/podX', POD), known('/b/c/kubepods.slice/podY')],
    ['/node-a/kubepods', '/b/c/kubepods.slice'],
    [3, 4],
    [4, 5],
    [3, 4, 5],
  ],
  ['containers beside it', [known('/docker/x'), known('/a/b/c/d/e')], ['/kubepods'], [2, 3], [3, 4], [2, 3, 4, 5]],
])('%s', (_name, identities, roots, pods, podContainers, all) => {
  const levelOf = (path: string): number => path.split('/').length - 1;
  expect(levelsOf(identities, roots, levelOf)).toEqual({ pods, podContainers, all });
});
