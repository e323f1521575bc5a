import type { NodeState, NodeStatus, TraceStatus } from '@waggle/kube';
import { describe, expect, it } from 'vitest';
import { isOutdated, summarizeTrace } from './trace-phase.ts';

const NOW = '2026-01-02T03:04:05.000Z';

function nodes(...states: readonly NodeState[]): NodeStatus[] {
  return states.map((state, index) => ({ name: `n${index}`, state, message: `why ${state}` }));
}

describe('summarizeTrace', () => {
  it.each<[readonly NodeState[], string, string]>([
    [[], 'Pending', 'Unknown False False'],
    [['Starting'], 'Pending', 'True False False'],
    [['Running'], 'Running', 'True True False'],
    [['Starting', 'Running'], 'Running', 'True True False'],
    [['Running', 'Completed', 'Failed'], 'Running', 'True True False'],
    [['Starting', 'Completed'], 'Pending', 'True False False'],
    [['Completed', 'Completed'], 'Completed', 'True False True'],
    [['Completed', 'Failed'], 'Completed', 'True False True'],
    [['Completed', 'Refused'], 'Completed', 'False False True'],
    [['Running', 'Refused'], 'Running', 'False True False'],
    [['Failed', 'Refused'], 'Failed', 'False False True'],
    [['Refused'], 'Failed', 'False False True'],
  ])('%j: %s, accepted, running, completed: %s', (states, phase, conditions) => {
    const summary = summarizeTrace({ nodes: nodes(...states) }, NOW);
    expect(summary.phase).toBe(phase);
    expect(summary.conditions.map(({ status }) => status).join(' ')).toBe(conditions);
    for (const { message, reason } of summary.conditions) expect(message.length * reason.length).toBeGreaterThan(0);
  });

  it('says once what several nodes say alike', () => {
    const told = [...nodes('Refused', 'Refused'), { name: 'm', state: 'Refused' as const, message: 'full' }];
    expect(summarizeTrace({ nodes: told }, NOW).conditions[0]?.message).toBe('m: full\nn0, n1: why Refused');
  });

  it('remembers when a condition became what it is', () => {
    const status: TraceStatus = { nodes: nodes('Running') };
    const { phase, conditions } = summarizeTrace(status, NOW);
    const later = '2026-01-02T03:05:00.000Z';
    const next = summarizeTrace({ phase, conditions, nodes: nodes('Completed') }, later);
    expect(next.conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ['Accepted', NOW],
      ['Running', later],
      ['Completed', later],
    ]);
  });
});

describe('isOutdated', () => {
  const status = { nodes: nodes('Running') };
  const summary = summarizeTrace(status, NOW);

  it.each<[string, TraceStatus, boolean]>([
    ['nothing there', status, true],
    ['the same', { ...status, ...summary }, false],
    ['the same, of another time', { ...status, ...summarizeTrace(status, '2020-01-01T00:00:00Z') }, false],
    ['another phase', { ...status, ...summary, phase: 'Failed' }, true],
    ['a condition missing', { ...status, ...summary, conditions: summary.conditions.slice(1) }, true],
  ])('%s: %s', (_name, found, expected) => {
    expect(isOutdated(found, summary)).toBe(expected);
  });
});
