import { KubeConnectionError, KubeError } from '@waggle/kube';
import { expect, test } from 'vitest';
import type { ClusterError } from './cluster-error.ts';
import { explainError } from './explain-error.ts';

const denial = (verb: string, resource: string, where: string) =>
  `${resource}.waggle.dev is forbidden: User "jane" cannot ${verb} resource "${resource}" in API group "waggle.dev" ${where}`;

test.each<[Error, Partial<ClusterError>]>([
  [
    new KubeConnectionError('UNREACHABLE', 'cannot reach the API server at https://x:1: connect ECONNREFUSED'),
    { code: 'UNREACHABLE', message: 'cannot reach the API server at https://x:1: connect ECONNREFUSED' },
  ],
  [new KubeError({ message: 'Unauthorized', reason: 'Unauthorized' }, 401), { code: 'REFUSED' }],
  [
    new KubeError({ message: denial('create', 'traces', 'in the namespace "shop"'), reason: 'Forbidden' }, 403),
    {
      code: 'REFUSED',
      hint: '"create" on traces is missing: a role binding in namespace shop to ClusterRole waggle-tracer grants it',
    },
  ],
  [
    new KubeError({ message: denial('list', 'traces', 'at the cluster scope'), reason: 'Forbidden' }, 403),
    { hint: '"list" on traces is missing: a cluster role binding to ClusterRole waggle-viewer grants it' },
  ],
  [
    new KubeError({ message: denial('create', 'clustertraces', 'at the cluster scope'), reason: 'Forbidden' }, 403),
    { hint: '"create" on clustertraces is missing: a cluster role binding to ClusterRole waggle-admin grants it' },
  ],
  [
    new KubeError({ message: 'the API server answers 404: 404 page not found' }, 404),
    { code: 'NOT_DEPLOYED', hint: 'kubectl waggle deploy' },
  ],
  [
    new KubeError({ message: 'traces.waggle.dev "x" not found', reason: 'NotFound', details: { name: 'x' } }, 404),
    { code: 'FAILED', message: 'traces.waggle.dev "x" not found' },
  ],
])('%s', (error, expected) => expect(explainError(error)).toMatchObject(expected));

test('other errors stay as they are', () => {
  const error = new TypeError('x');
  expect(explainError(error)).toBe(error);
});
