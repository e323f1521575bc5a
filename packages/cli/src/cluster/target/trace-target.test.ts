import { describe, expect, test } from 'vitest';
import type { ClusterTargetOptions } from './target-options.ts';
import { traceScope } from './trace-target.ts';

describe('traceScope', () => {
  test.each<[ClusterTargetOptions, string[], object]>([
    [{}, [], { namespace: 'default', target: {}, parameters: [] }],
    [{ namespace: 'shop' }, ['5'], { namespace: 'shop', target: {}, parameters: ['5'] }],
    [{ namespace: 'shop,web' }, [], { namespace: undefined, target: { namespaces: ['shop', 'web'] } }],
    [{ namespace: '!kube-system' }, [], { namespace: undefined, target: { namespaces: ['!kube-system'] } }],
    [{ allNamespaces: true, namespace: 'shop' }, [], { namespace: undefined, target: {} }],
    [{ host: true, node: 'a,!b' }, [], { namespace: undefined, target: { host: true, nodes: ['a', '!b'] } }],
    [{ pod: 'a, b,!c', container: 'app' }, [], { target: { pods: ['a', 'b', '!c'], containers: ['app'] } }],
    [
      { selector: 'app in (cart,web),tier!=cache' },
      ['deploy/cart', 'deployment.apps/a,po/b', '!no/n', '7', 'sts/x'],
      {
        target: {
          selector: 'app in (cart,web),tier!=cache',
          workloads: ['deploy/cart', 'deploy/a'],
          pods: ['b'],
          nodes: ['!n'],
        },
        parameters: ['7', 'sts/x'],
      },
    ],
    [{ workload: 'statefulset/db' }, ['deploy/x'], { target: { workloads: ['sts/db'] }, parameters: ['deploy/x'] }],
  ])('%j %j', (options, words, expected) => expect(traceScope(options, words, 'default')).toMatchObject(expected));

  test.each<[ClusterTargetOptions, string]>([
    [{ pod: 'a,,b' }, '--pod "a,,b": an empty name'],
    [{ pod: '!' }, '--pod "!": an empty name'],
    [{ workload: 'cart' }, '--workload cart: expected TYPE/NAME, such as deploy/cart'],
    [{ host: true, pod: 'a' }, '--host is everything on the nodes: pods and it exclude each other'],
    [{ host: true, selector: 'a' }, '--host is everything on the nodes: selector and it exclude each other'],
  ])('%j is refused', (options, message) => expect(() => traceScope(options, [], 'default')).toThrow(message));

  test('points at the mistake in a selector', () => {
    expect(() => traceScope({ selector: 'app=cart,tier in (a' }, [], 'default')).toThrow(
      /^--selector: .*\n {4}app=cart,tier in \(a\n {4} +\^/,
    );
  });
});
