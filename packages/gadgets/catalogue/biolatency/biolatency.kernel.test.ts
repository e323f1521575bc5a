import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../../../../test/support/kernel-leftovers.ts';
import { OwnCgroup } from '../../../../test/support/own-cgroup.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { runWaggle, WaggleProcess } from '../../../../test/support/waggle-process.ts';

expectNothingLeft();
const folder = temporaryFolder();

/** Writes that go to the device at once, one request each. */
function directWrites(count: number): string[] {
  return ['dd', 'if=/dev/zero', `of=${folder}/file`, 'bs=4096', `count=${count}`, 'oflag=direct', 'status=none'];
}

function total(stdout: string): number {
  const [{ data }] = JSON.parse(stdout) as [{ data: { '@usecs': { count: number }[] } }];
  return data['@usecs'].reduce((sum, { count }) => sum + count, 0);
}

/** A folder in memory has no block device below it. */
const hasDevice = !/^tmpfs$/m.test(fileSystemOf(folder));

describe.skipIf(!hasDevice)('biolatency', () => {
  it('counts the requests of the target, until their device has answered', async () => {
    const { stdout, stderr } = await runWaggle(['run', 'biolatency', '-q', '-o', 'json', '--', ...directWrites(64)]);
    expect(stderr).toBe('');
    // A few may be handed to the device by whoever else has something for it at that moment.
    expect(total(stdout)).toBeGreaterThanOrEqual(48);
  });

  it('does not count those of others', async () => {
    const [cgroup, other] = [new OwnCgroup(), new OwnCgroup()];
    try {
      const waggle = new WaggleProcess(['run', 'biolatency', '-v', '--cgroup', cgroup.path]);
      await waggle.attached();
      await other.run(directWrites(32));
      const { stdout } = await waggle.interrupt();
      expect(stdout).toBe('Block I/O latency (us): nothing seen\n');
    } finally {
      await Promise.all([cgroup.close(), other.close()]);
    }
  });
});

/** Type of the file system with the longest mount point above a path. */
function fileSystemOf(path: string): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const above = mounts.filter(([, point]) => point !== undefined && `${path}/`.startsWith(point.replace(/\/?$/, '/')));
  return above.sort(([, a], [, b]) => b!.length - a!.length)[0]?.[2] ?? '';
}
