import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRuncContainers, parseRuncState } from './runc-state.ts';

const MOUNT = { path: '/sys/fs/cgroup/unified', root: '/' };
const ID = 'c0ffee'.padEnd(64, '0');

function state(fields: object): string {
  return JSON.stringify({ id: ID, init_process_pid: 12, cgroup_paths: { '': `${MOUNT.path}/pod/${ID}` }, ...fields });
}

describe('parseRuncState', () => {
  it.each([
    ['an id alone', state({}), { id: ID, name: 'c0ffee000000', cgroupPath: `/pod/${ID}` }],
    ['a name of runc', state({ id: 'web' }), { id: 'web', name: 'web', cgroupPath: `/pod/${ID}` }],
    [
      'an annotation of containerd',
      state({
        config: {
          labels: ['bundle=/x', 'io.kubernetes.cri.sandbox-name=shop-1', 'io.kubernetes.cri.container-name=cart'],
        },
      }),
      { id: ID, name: 'cart', cgroupPath: `/pod/${ID}` },
    ],
    [
      'no v2 path: the process tells',
      state({ cgroup_paths: { cpu: '/x' } }),
      { id: ID, name: 'c0ffee000000', cgroupPath: '/of/12' },
    ],
    ['no process either', state({ cgroup_paths: {}, init_process_pid: 0 }), { id: ID, name: 'c0ffee000000' }],
    [
      'odd labels',
      state({ config: { labels: [1, 'x', '=y'] } }),
      { id: ID, name: 'c0ffee000000', cgroupPath: `/pod/${ID}` },
    ],
  ])('%s', (_name, text, expected) => {
    expect(parseRuncState(text, 'runc', MOUNT, (pid) => `/of/${pid}`)).toEqual({ runtime: 'runc', ...expected });
  });

  it.each(['{}', 'null', '[]', '{"id":1}'])('%s is no container', (text) => {
    expect(parseRuncState(text, 'runc', MOUNT, () => undefined)).toBeUndefined();
  });
});

describe('listRuncContainers', () => {
  it('reads plain folders and those with namespaces, and passes over what is damaged', () => {
    const folder = mkdtempSync(join(tmpdir(), 'waggle-runc-'));
    try {
      for (const [path, text] of [
        ['plain/web', state({ id: 'web' })],
        ['plain/half', '{"id":'],
        ['spaces/k8s.io/cart', state({ id: 'cart' })],
      ] as const) {
        mkdirSync(join(folder, path), { recursive: true });
        writeFileSync(join(folder, path, 'state.json'), text);
      }
      const found = listRuncContainers(MOUNT, [
        { folder: join(folder, 'plain'), runtime: 'runc', namespaces: false },
        { folder: join(folder, 'spaces'), runtime: 'containerd', namespaces: true },
        { folder: join(folder, 'missing'), runtime: 'docker', namespaces: true },
      ]);
      expect(found.map(({ id, runtime }) => [id, runtime])).toEqual([
        ['web', 'runc'],
        ['cart', 'containerd'],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
