import type { TraceObject } from '@waggle/kube';
import { expect, test } from 'vitest';
import { ageText } from './age-text.ts';
import { descriptionText } from './describe.ts';
import { targetText } from './target-text.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

test.each([
  ['2026-01-02T03:04:00Z', '5s'],
  ['2026-01-02T03:02:30Z', '95s'],
  ['2026-01-02T02:59:53Z', '4m12s'],
  ['2026-01-02T02:44:05Z', '20m'],
  ['2026-01-01T23:59:00Z', '3h5m'],
  ['2025-12-20T03:04:05Z', '13d'],
  ['2026-01-02T03:05:00Z', '0s'],
  ['nonsense', '<unknown>'],
])('ageText(%s) is %s', (time, expected) => expect(ageText(time, NOW)).toBe(expected));

test.each<[Partial<TraceObject['spec']['target']>, string, string]>([
  [{}, 'Trace', 'pods of namespace shop'],
  [{ selector: 'app=cart', nodes: ['a', '!b'] }, 'Trace', 'pods with app=cart of namespace shop, on nodes a but not b'],
  [
    { workloads: ['deploy/cart'], containers: ['!proxy'] },
    'Trace',
    'containers other than proxy of pods of workloads deploy/cart of namespace shop',
  ],
  [{}, 'ClusterTrace', 'pods of all namespaces'],
  [{ namespaces: ['a', 'b'] }, 'ClusterTrace', 'pods in namespaces a, b'],
  [{ host: true }, 'ClusterTrace', 'everything'],
])('targetText(%j of a %s)', (target, kind, expected) =>
  expect(targetText({ kind, metadata: { namespace: 'shop' }, spec: { program: {}, target: target ?? {} } })).toBe(
    expected,
  ),
);

test('a description has what kubectl describe would have, and diagnostics as a whole', () => {
  const text = descriptionText(
    {
      kind: 'Trace',
      metadata: { name: 'x', namespace: 'shop', creationTimestamp: '2026-01-02T03:04:00Z' },
      spec: { program: { script: 'BEGIN { 1 + }', name: '-e', parameters: ['a b', 'c'] }, timeoutSeconds: 5 },
      status: {
        phase: 'Failed',
        conditions: [
          {
            ...({ type: 'Accepted', status: 'False', reason: 'Refused', message: 'no node takes it' } as const),
            lastTransitionTime: '2026-01-02T03:04:01Z',
          },
        ],
        nodes: [
          { name: 'node-a', state: 'Refused', message: 'error[syntax]: expected an expression\n  1 | BEGIN { 1 + }\n' },
          { name: 'node-b', state: 'Completed', probes: 1, seen: 3, kept: 2, lost: 1 },
        ],
      },
    },
    [],
    NOW,
  );
  expect(text).toBe(`Name:        x
Namespace:   shop
Kind:        Trace
Created:     5s ago
Program:     script -e
Parameters:  "a b" c
Target:      pods of namespace shop
Ends:        after 5 s
Phase:       Failed
Script:
  BEGIN { 1 + }
Conditions:
  TYPE       STATUS   REASON    AGE   MESSAGE
  Accepted   False    Refused   4s    no node takes it
Nodes:
  NODE     STATE       PROBES   SEEN   KEPT   LOST   MESSAGE
  node-a   Refused                                   error[syntax]: expected an expression …
  node-b   Completed   1        3      2      1

On node-a:
  error[syntax]: expected an expression
    1 | BEGIN { 1 + }
Events: none
`);
});
