import type { OwnerReference } from '@waggle/kube';
import { describe, expect, it } from 'vitest';
import { guessWorkload, normalizeWorkloadName, workloadName, workloadOf } from './workload.ts';

function owner(kind: string, name: string, controller = true): OwnerReference {
  return { apiVersion: 'x/v1', kind, name, uid: 'u', controller };
}

describe('workloadOf', () => {
  it.each([
    ['a Deployment', [owner('ReplicaSet', 'cart-5f6c')], { 'pod-template-hash': '5f6c' }, 'Deployment', 'cart'],
    [
      'a Deployment with dashes',
      [owner('ReplicaSet', 'a-b-5f6c')],
      { 'pod-template-hash': '5f6c' },
      'Deployment',
      'a-b',
    ],
    ['a ReplicaSet by hand', [owner('ReplicaSet', 'cart')], {}, 'ReplicaSet', 'cart'],
    [
      'one that is labelled like others',
      [owner('ReplicaSet', 'cart')],
      { 'pod-template-hash': '5f6c' },
      'ReplicaSet',
      'cart',
    ],
    [
      'one that is called like the label',
      [owner('ReplicaSet', '-5f6c')],
      { 'pod-template-hash': '5f6c' },
      'ReplicaSet',
      '-5f6c',
    ],
    ['a StatefulSet', [owner('StatefulSet', 'db')], {}, 'StatefulSet', 'db'],
    ['a DaemonSet', [owner('DaemonSet', 'log')], {}, 'DaemonSet', 'log'],
    ['something else', [owner('Rollout', 'cart')], {}, 'Rollout', 'cart'],
    ['the controller among owners', [owner('Other', 'x', false), owner('StatefulSet', 'db')], {}, 'StatefulSet', 'db'],
  ])('%s', (_name, owners, labels, kind, name) => {
    expect(workloadOf(owners, labels)).toEqual({ workload: { kind, name }, isGuess: false });
  });

  it.each([
    ['import', 'Job', 'import'],
    ['tick-1795501440', 'CronJob', 'tick'],
    ['tick-29391024', 'CronJob', 'tick'],
    ['run-2024', 'Job', 'run-2024'],
  ])('guesses whose the Job %s is', (job, kind, name) => {
    expect(workloadOf([owner('Job', job)], {})).toEqual({ workload: { kind, name }, isGuess: true });
  });

  it.each([
    ['a bare pod', []],
    ['an owner that does not control it', [owner('StatefulSet', 'db', false)]],
    ['a static pod', [owner('Node', 'node-a')]],
  ])('finds none of %s', (_name, owners) => {
    expect(workloadOf(owners, {})).toBeUndefined();
  });
});

describe('guessWorkload', () => {
  it.each<[pod: string, labels: Record<string, string>, expected: string]>([
    ['cart-5f6c-x2x4z', { 'pod-template-hash': '5f6c' }, 'deploy/cart'],
    ['cart-x2x4z', { 'pod-template-hash': '5f6c' }, 'pod/cart-x2x4z'],
    ['db-0', { 'statefulset.kubernetes.io/pod-name': 'db-0', 'controller-revision-hash': 'db-77' }, 'sts/db'],
    ['log-abcde', { 'controller-revision-hash': '77', 'pod-template-generation': '1' }, 'ds/log'],
    ['tick-1795501440-abcde', { 'job-name': 'tick-1795501440' }, 'cronjob/tick'],
    ['import-abcde', { 'batch.kubernetes.io/job-name': 'import' }, 'job/import'],
    ['debug', { app: 'debug' }, 'pod/debug'],
  ])('%s %j: %s', (name, labels, expected) => {
    const workload = guessWorkload(name, labels);
    expect(workloadName({ name, ...(workload === undefined ? {} : { workload }) })).toBe(expected);
  });
});

describe('workloadName', () => {
  it.each([
    ['Deployment', 'deploy/x'],
    ['StatefulSet', 'sts/x'],
    ['DaemonSet', 'ds/x'],
    ['ReplicaSet', 'rs/x'],
    ['ReplicationController', 'rc/x'],
    ['Job', 'job/x'],
    ['CronJob', 'cronjob/x'],
    ['Rollout', 'rollout/x'],
  ])('%s: %s', (kind, expected) => {
    expect(workloadName({ name: 'pod-1', workload: { kind, name: 'x' } })).toBe(expected);
  });
});

describe('normalizeWorkloadName', () => {
  it.each([
    ['deploy/cart', 'deploy/cart'],
    ['deployment/cart', 'deploy/cart'],
    ['deployments/cart', 'deploy/cart'],
    ['deployments.apps/cart', 'deploy/cart'],
    ['deployment.v1.apps/cart', 'deploy/cart'],
    ['sts/db', 'sts/db'],
    ['statefulsets/db', 'sts/db'],
    ['ds/log', 'ds/log'],
    ['rs/x', 'rs/x'],
    ['rc/x', 'rc/x'],
    ['jobs/x', 'job/x'],
    ['cj/x', 'cronjob/x'],
    ['cronjobs.batch/x', 'cronjob/x'],
    ['po/x', 'pod/x'],
    ['pods/x', 'pod/x'],
    ['rollout/x', 'rollout/x'],
    ['cart', undefined],
    ['deploy/', undefined],
    ['/cart', undefined],
    ['a/b/c', undefined],
    ['', undefined],
  ])('%s: %s', (written, expected) => {
    expect(normalizeWorkloadName(written)).toBe(expected);
  });
});
