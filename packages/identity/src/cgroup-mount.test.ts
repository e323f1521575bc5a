import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findCgroupMount, parseCgroupMounts } from './cgroup-mount.ts';

const PROC = '22 27 0:21 / /proc rw,relatime - proc proc rw';

describe('parseCgroupMounts', () => {
  it.each([
    {
      name: 'pure v2',
      lines: ['30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate'],
      expected: [{ path: '/sys/fs/cgroup', root: '/' }],
    },
    {
      name: 'hybrid, with a chroot that has its own mount',
      lines: [
        '48 44 0:38 / /srv/chroot/sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
        '31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755',
        '32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu',
        '41 31 0:38 / /sys/fs/cgroup/unified rw master:7 propagate_from:2 - cgroup2 cgroup2 rw',
      ],
      expected: [
        { path: '/sys/fs/cgroup/unified', root: '/' },
        { path: '/srv/chroot/sys/fs/cgroup/unified', root: '/' },
      ],
    },
    {
      name: 'a container with its own part, and the host tree elsewhere',
      lines: [
        '30 24 0:26 /kubepods/pod1/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw',
        '31 24 0:26 / /host/sys/fs/cgroup ro - cgroup2 cgroup2 rw',
      ],
      expected: [
        { path: '/host/sys/fs/cgroup', root: '/' },
        { path: '/sys/fs/cgroup', root: '/kubepods/pod1/abc' },
      ],
    },
    {
      name: 'a path with a space',
      lines: ['30 24 0:26 / /mnt/my\\040groups rw - cgroup2 cgroup2 rw'],
      expected: [{ path: '/mnt/my groups', root: '/' }],
    },
    { name: 'v1 only', lines: ['32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu'], expected: [] },
    { name: 'damaged lines', lines: ['', ' - cgroup2', 'x - cgroup2 a b'], expected: [] },
  ])('$name', ({ lines, expected }) => {
    expect(parseCgroupMounts([PROC, ...lines, ''].join('\n'))).toEqual(expected);
  });
});

describe('findCgroupMount', () => {
  it('finds a tree with its control files', () => {
    expect(existsSync(`${findCgroupMount().path}/cgroup.procs`)).toBe(true);
  });
});
