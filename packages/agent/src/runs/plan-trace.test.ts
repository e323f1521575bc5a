import type { TraceObject, TraceSpec } from '@waggle/kube';
import { describe, expect, it } from 'vitest';
import { concernsNode, planTrace, runKey } from './plan-trace.ts';

const RING = 4096;
const SCRIPT = { program: { script: 'BEGIN { }' } };
const GADGET = { program: { gadget: 'opensnoop' } };

function trace(spec: TraceSpec): TraceObject {
  return { metadata: { name: 't', namespace: 'shop' }, spec };
}

function clusterTrace(spec: TraceSpec): TraceObject {
  return { metadata: { name: 't' }, spec };
}

describe('planTrace', () => {
  it.each<[string, TraceSpec, object | undefined]>([
    ['nothing said', SCRIPT, { namespaces: ['shop'] }],
    ['pods', { ...SCRIPT, target: { pods: ['a'], nodes: ['n'] } }, { namespaces: ['shop'], pods: ['a'] }],
    // The API server refuses these; were they to come nevertheless, they would be of no use.
    ['another namespace', { ...SCRIPT, target: { namespaces: ['bank'] } }, { namespaces: ['shop'] }],
    ['the host', { ...SCRIPT, target: { host: true } }, { namespaces: ['shop'] }],
  ])('a Trace sees its own namespace: %s', (_name, spec, target) => {
    expect(planTrace(trace(spec), 'Trace', RING).plan?.target).toEqual(target);
  });

  it.each<[string, TraceSpec, object | undefined]>([
    ['nothing said', SCRIPT, {}],
    ['namespaces', { ...SCRIPT, target: { namespaces: ['a', '!b'] } }, { namespaces: ['a', '!b'] }],
    ['the host', { ...SCRIPT, target: { host: true } }, undefined],
  ])('a ClusterTrace sees what it says: %s', (_name, spec, target) => {
    expect(planTrace(clusterTrace(spec), 'ClusterTrace', RING).plan?.target).toEqual(target);
  });

  const unsafe = { options: { unsafe: true } };
  it.each<[string, 'Trace' | 'ClusterTrace', TraceSpec, object]>([
    ["a user's script in a Trace", 'Trace', SCRIPT, { confined: true }],
    ['a gadget in a Trace', 'Trace', GADGET, {}],
    ["a user's script in a ClusterTrace", 'ClusterTrace', SCRIPT, {}],
    ['unsafe in a ClusterTrace', 'ClusterTrace', { ...SCRIPT, ...unsafe }, { unsafe: true }],
    ['unsafe in a Trace', 'Trace', { ...SCRIPT, ...unsafe }, { confined: true }],
    ['unsafe in a Trace with a gadget', 'Trace', { ...GADGET, ...unsafe }, {}],
  ])('confines %s', (_name, kind, spec, options) => {
    const { confined, unsafe: isUnsafe } = planTrace(trace(spec), kind, RING).plan!.options;
    expect({ ...(confined && { confined }), ...(isUnsafe && { unsafe: isUnsafe }) }).toEqual(options);
  });

  it.each<['Trace' | 'ClusterTrace', TraceSpec, string]>([
    ['Trace', { ...SCRIPT, ...unsafe }, 'none'],
    ['Trace', GADGET, 'none'],
    ['ClusterTrace', SCRIPT, 'read'],
    ['ClusterTrace', { ...SCRIPT, ...unsafe }, 'all'],
  ])('lets a %s with %j do %s', (kind, spec, effects) => {
    expect(planTrace(trace(spec), kind, RING).plan?.effects).toBe(effects);
  });

  it('hands options on', () => {
    const options = { ringSizeBytes: 5000, maxStrlen: 64, maxMapKeys: 9, mapIntervalSeconds: 2 };
    const spec = { program: { script: 'BEGIN { }', name: 'x.bt', parameters: ['1'] }, options };
    const { plan } = planTrace(trace(spec), 'Trace', RING);
    expect(plan).toMatchObject({
      ringBytes: 8192,
      mapIntervalMs: 2000,
      options: { ringBytes: 8192, positionalParams: ['1'], config: { max_strlen: '64', max_map_keys: '9' } },
      info: {
        program: { name: 'x.bt', script: 'BEGIN { }', parameters: ['1'] },
        trace: { namespace: 'shop', name: 't' },
      },
    });
    expect(plan?.source.name).toBe('x.bt');
    expect(planTrace(trace(SCRIPT), 'Trace', RING).plan?.ringBytes).toBe(RING);
  });

  it('knows gadgets', () => {
    const { plan } = planTrace(clusterTrace(GADGET), 'ClusterTrace', RING);
    expect(plan?.info).toMatchObject({ program: { name: 'opensnoop', gadget: 'opensnoop' }, trace: { name: 't' } });
    expect(plan?.source.name).toBe('opensnoop.bt');
    expect(planTrace(trace({ program: { gadget: 'opensnop' } }), 'Trace', RING)).toEqual({
      refusal: 'the catalogue has no gadget "opensnop"; did you mean "opensnoop"?',
    });
  });
});

it.each<[readonly string[] | undefined, boolean]>([
  [undefined, true],
  [[], true],
  [['n'], true],
  [['m'], false],
  [['!n'], false],
  [['!m'], true],
])('a trace for nodes %j concerns n: %s', (nodes, expected) => {
  expect(concernsNode({ ...SCRIPT, target: nodes === undefined ? {} : { nodes } }, 'n')).toBe(expected);
});

it('tells runs by what is traced, and not by when it ends', () => {
  const key = runKey(SCRIPT);
  expect(runKey({ ...SCRIPT, stopped: true, timeoutSeconds: 5, ttlSecondsAfterFinished: 1 })).toBe(key);
  expect(runKey({ ...SCRIPT, target: { pods: ['a'] } })).not.toBe(key);
  expect(runKey({ ...SCRIPT, options: { maxStrlen: 10 } })).not.toBe(key);
  expect(runKey(GADGET)).not.toBe(key);
});
