import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRuncState, RuncStates } from './runc-state.ts';

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
      "a pod's sandbox",
      state({ config: { labels: ['io.kubernetes.cri.container-type=sandbox', 'io.kubernetes.cri.sandbox-name=x'] } }),
      { id: ID, name: 'pause', cgroupPath: `/pod/${ID}` },
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

describe('RuncStates', () => {
  let folder: string;
  let states: RuncStates;

  function write(path: string, text: string): void {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, 'state.json'), text);
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-runc-'));
    states = new RuncStates(MOUNT, [
      { folder: join(folder, 'plain'), runtime: 'runc', namespaces: false },
      { folder: join(folder, 'spaces'), runtime: 'containerd', namespaces: true },
      { folder: join(folder, 'missing'), runtime: 'docker', namespaces: true },
    ]);
    write('plain/web', state({ id: 'web' }));
    write('plain/half', '{"id":');
    write('spaces/k8s.io/cart', state({ id: 'cart' }));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads plain folders and those with namespaces, and passes over what is damaged', () => {
    const expected = [
      ['web', 'runc'],
      ['cart', 'containerd'],
    ];
    for (let time = 0; time < 2; time++) {
      expect(states.list().map(({ id, runtime }) => [id, runtime])).toEqual(expected);
    }
  });

  it('sees what is new, changed or gone', () => {
    states.list();
    write('plain/half', state({ id: 'half' }));
    write('plain/web', state({ id: 'web', cgroup_paths: { '': `${MOUNT.path}/elsewhere` } }));
    rmSync(join(folder, 'spaces/k8s.io/cart'), { recursive: true });
    expect(states.list().map(({ id, cgroupPath }) => [id, cgroupPath])).toEqual([
      ['half', `/pod/${ID}`],
      ['web', '/elsewhere'],
    ]);
  });

  it.each([
    ['cart', 'containerd'],
    ['web', 'runc'],
    ['half', undefined],
    ['none', undefined],
    ['..', undefined],
    ['../plain/web', undefined],
  ])('reads %s alone', (id, runtime) => {
    expect(states.read(id)?.runtime).toBe(runtime);
  });
});
