import { mkdirSync, rmdirSync } from 'node:fs';
import { Identities } from '@waggle/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveTarget } from './resolve-target.ts';
import { WHOLE_HOST } from './target.ts';

describe('resolveTarget', () => {
  const identities = new Identities();
  const { tree } = identities;
  const outer = `/waggle-target-test-${process.pid}`;
  const inner = `${outer}/a/b`;

  beforeAll(() => mkdirSync(tree.folder(inner), { recursive: true }));

  afterAll(() => {
    for (const path of [inner, `${outer}/a`, outer]) rmdirSync(tree.folder(path));
  });

  it('gives the whole host no guard', async () => {
    expect(await resolveTarget(WHOLE_HOST, identities)).toEqual({ cgroupIds: [], mortals: [] });
  });

  it('gives cgroups by id, and each of their levels once', async () => {
    const target = { cgroups: [inner, tree.folder(outer), inner, '/'] };
    const cgroupIds = [inner, outer, '/'].map((path) => tree.cgroupId(path));
    expect(await resolveTarget(target, identities)).toEqual({
      guard: { cgroupLevels: [0, 1, 3], cgroupIds },
      cgroupIds,
      mortals: [inner, outer, inner, '/'].map((path) => ({ kind: 'cgroup', path, endsEmpty: false })),
    });
  });

  it('lets all conditions hold together, and ends with the processes where there are any', async () => {
    const target = { cgroups: [outer], pids: [process.pid], comm: 'node' };
    const cgroupIds = [tree.cgroupId(outer)];
    expect(await resolveTarget(target, identities)).toEqual({
      guard: { cgroupLevels: [1], cgroupIds, pids: [process.pid], comm: 'node' },
      cgroupIds,
      mortals: [{ kind: 'process', pid: process.pid }],
    });
  });

  it.each([
    [{ cgroups: ['/no/such/cgroup'] }, { code: 'NO_SUCH_CGROUP' }],
    [{ containers: ['no-such-container'] }, { code: 'NO_SUCH_CONTAINER' }],
    [{ pids: [0x3fff_ffff] }, { code: 'NO_SUCH_PROCESS' }],
    [{ comm: 'sixteen-bytes-xx' }, { code: 'INVALID_COMM' }],
    [{ comm: '' }, { code: 'INVALID_COMM' }],
  ])('%j: %j', async (target, error) => {
    await expect(resolveTarget(target, identities)).rejects.toMatchObject(error);
  });
});
