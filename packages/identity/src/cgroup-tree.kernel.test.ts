import { mkdirSync, rmdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CgroupError } from './cgroup-error.ts';
import { CgroupTree, parseProcCgroup } from './cgroup-tree.ts';

const PARENT = `/waggle-tree-test-${process.pid}`;
const CHILD = `${PARENT}/inner`;

describe('CgroupTree', () => {
  const tree = new CgroupTree();

  beforeEach(() => {
    mkdirSync(tree.folder(PARENT));
    mkdirSync(tree.folder(CHILD));
  });

  afterEach(() => {
    for (const path of [CHILD, PARENT]) if (tree.findId(path) !== undefined) rmdirSync(tree.folder(path));
  });

  it('tells ids, levels and paths', () => {
    const fresh = new CgroupTree();
    expect(fresh.level('/')).toBe(0);
    expect(fresh.level(CHILD)).toBe(2);
    expect(fresh.pathOf(tree.cgroupId(CHILD))).toBe(CHILD);
    expect(fresh.pathOf(tree.cgroupId('/'))).toBe('/');
  });

  it('knows a cgroup that is gone, and says nothing about one that never was', () => {
    const id = tree.cgroupId(CHILD);
    rmdirSync(tree.folder(CHILD));
    expect(tree.pathOf(id)).toBe(CHILD);
    expect(tree.pathOf(0xffff_ffff_ffffn)).toBeUndefined();
  });

  it('lists parents before children', () => {
    expect([...tree.paths(PARENT)]).toEqual([PARENT, CHILD]);
  });

  it('resolves what a user writes', () => {
    for (const written of [CHILD, `${CHILD}/`, CHILD.slice(1), tree.folder(CHILD), `${tree.folder(CHILD)}/`]) {
      expect(tree.resolve(written)).toBe(CHILD);
    }
    expect(tree.resolve(tree.mount.path)).toBe('/');
    expect(() => tree.resolve('/waggle-no-such')).toThrow(CgroupError);
  });

  it('is not populated without processes', () => {
    expect(tree.isPopulated(PARENT)).toBe(false);
    expect(tree.isPopulated('/')).toBe(true);
    expect(tree.pidsOf(PARENT)).toEqual([]);
  });

  it('knows the cgroup of a process', () => {
    expect(tree.findId(tree.pathOfPid('self')!)).toBeDefined();
    expect(tree.pathOfPid(0x3fff_ffff)).toBeUndefined();
  });
});

describe('parseProcCgroup', () => {
  it.each([
    ['0::/user.slice\n', '/user.slice'],
    ['9:name=systemd:/x\n0::/\n', '/'],
    ['0::/docker/abc (deleted)\n', '/docker/abc'],
    ['4:memory:/x\n', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(parseProcCgroup(text)).toBe(expected);
  });
});
