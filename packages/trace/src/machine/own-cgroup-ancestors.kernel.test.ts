import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { openDescriptors } from '@waggle/bpf';
import { CgroupTree } from '@waggle/identity';
import { expect, it } from 'vitest';
import { ownCgroupAncestors } from './own-cgroup-ancestors.ts';

it('goes from the root to the cgroup of this process', () => {
  const tree = new CgroupTree();
  const home = tree.pathOfPid('self')!;
  const outer = `/waggle-ancestors-test-${process.pid}`;
  const inner = `${outer}/inner`;
  const moveTo = (path: string): void => writeFileSync(`${tree.folder(path)}/cgroup.procs`, String(process.pid));
  for (const path of [outer, inner]) mkdirSync(tree.folder(path));
  try {
    moveTo(inner);
    expect(ownCgroupAncestors()).toEqual(['/', outer, inner].map((path) => tree.cgroupId(path)));
  } finally {
    moveTo(home);
    for (const path of [inner, outer]) rmdirSync(tree.folder(path));
  }
  expect(ownCgroupAncestors().at(-1)).toBe(tree.cgroupId(home));
  expect(openDescriptors()).toEqual([]);
});
