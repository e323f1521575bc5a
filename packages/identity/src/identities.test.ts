import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CgroupTree } from './cgroup-tree.ts';
import { Identities } from './identities.ts';

const DOCKER_ID = 'd0'.repeat(32);
const POD_ID = 'c1'.repeat(32);
const PODMAN_ID = 'b2'.repeat(32);

/** Folders are all that a cgroup tree is to these classes: inode numbers and names. */
describe('Identities', () => {
  let folder: string;
  let tree: CgroupTree;
  let identities: Identities;

  function makeCgroup(path: string): bigint {
    mkdirSync(join(folder, 'cgroup', path), { recursive: true });
    return tree.cgroupId(path);
  }

  function writeRuncState(id: string, cgroup: string, labels: readonly string[] = []): void {
    mkdirSync(join(folder, 'runc', id), { recursive: true });
    const cgroup_paths = { '': join(folder, 'cgroup', cgroup) };
    writeFileSync(join(folder, 'runc', id, 'state.json'), JSON.stringify({ id, cgroup_paths, config: { labels } }));
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-identities-'));
    mkdirSync(join(folder, 'cgroup'));
    tree = new CgroupTree({ path: join(folder, 'cgroup'), root: '/' });
    identities = new Identities(tree, {
      places: {
        bundleRoots: [],
        runcRoots: [{ folder: join(folder, 'runc'), runtime: 'runc', namespaces: false }],
        dockerSocket: join(folder, 'docker.sock'),
        containersStorage: join(folder, 'containers.json'),
      },
    });
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['/', '/'],
    ['/system.slice/nginx.service', 'nginx.service'],
    ['/build/job-1', '/build/job-1'],
    ['/waggle/cat-12-1', 'cat-12-1'],
    [`/docker/${DOCKER_ID}`, 'd0d0d0d0d0d0'],
    [`/docker/${DOCKER_ID}/inner`, 'd0d0d0d0d0d0'],
  ])('%s is shown as %s', (path, name) => {
    const id = makeCgroup(path);
    expect(identities.lookup(id)).toMatchObject({ cgroupId: id, path, name });
  });

  it('knows nothing of an id that never was', () => {
    expect(identities.lookup(1n << 50n)).toBeUndefined();
  });

  it('takes the name, and a path of any shape, from runc', () => {
    const web = makeCgroup('/anything/web-1');
    writeRuncState('web-1', '/anything/web-1');
    const container = { id: 'web-1', name: 'web-1', runtime: 'runc' };
    expect(identities.lookup(web)).toMatchObject({ container, name: 'web-1' });
  });

  it('puts the name of an annotation on an id of a path, with the pod', () => {
    const uid = '0b6f2c1e-8d5a-4f0e-9c1d-2a3b4c5d6e7f';
    const path = `/kubepods/pod${uid}/${POD_ID}`;
    const id = makeCgroup(path);
    writeRuncState(POD_ID, path, ['io.kubernetes.cri.container-name=cart']);
    expect(identities.lookup(id)).toMatchObject({ name: 'cart', podUid: uid, container: { id: POD_ID } });
  });

  it('keeps an identity after the cgroup is gone', () => {
    const id = makeCgroup('/waggle/gone');
    identities.lookup(id);
    rmSync(join(folder, 'cgroup/waggle/gone'), { recursive: true });
    expect(identities.lookup(id)?.name).toBe('gone');
  });

  it('corrects a provisional name once the runtimes were asked again', async () => {
    const path = `/machine.slice/libpod-${PODMAN_ID}.scope`;
    const id = makeCgroup(path);
    expect(identities.lookup(id)?.name).toBe('b2b2b2b2b2b2');
    writeFileSync(join(folder, 'containers.json'), JSON.stringify([{ id: PODMAN_ID, names: ['web'] }]));
    await identities.refresh();
    expect(identities.lookup(id)).toMatchObject({ name: 'web', container: { runtime: 'podman' } });
  });

  it('prefers the inner of two containers', () => {
    const path = `/outer/docker/${DOCKER_ID}`;
    const id = makeCgroup(path);
    writeRuncState('outer', '/outer');
    expect(identities.lookup(id)).toMatchObject({ container: { id: DOCKER_ID } });
    expect(identities.lookup(tree.cgroupId('/outer'))).toMatchObject({ container: { id: 'outer' } });
  });

  it('finds containers that run, by name, id or a unique prefix, with their cgroup', async () => {
    makeCgroup(`/docker/${DOCKER_ID}/inner`);
    makeCgroup('/web');
    writeRuncState('web', '/web');
    writeRuncState('stopped', '/stopped');
    expect(await identities.findContainer('we')).toMatchObject({ id: 'web', cgroupPath: '/web' });
    expect(await identities.findContainer('d0d0d0')).toMatchObject({ cgroupPath: `/docker/${DOCKER_ID}` });
    expect((await identities.containers()).map(({ id }) => id).sort()).toEqual([DOCKER_ID, 'web']);
    await expect(identities.findContainer('stopped')).rejects.toMatchObject({ code: 'NO_SUCH_CONTAINER' });
  });
});
