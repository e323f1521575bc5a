import { describe, expect, it } from 'vitest';
import { compileCalls } from '../../../../test/support/calls.ts';
import { expectNothingLeft } from '../../../../test/support/kernel-leftovers.ts';
import { OwnCgroup } from '../../../../test/support/own-cgroup.ts';
import { runWaggle, WaggleProcess } from '../../../../test/support/waggle-process.ts';

expectNothingLeft();
const calls = compileCalls();

/** How often a task of the target got its CPU. */
function total(stdout: string): number {
  const [{ data }] = JSON.parse(stdout) as [{ data: { '@usecs': { count: number }[] } }];
  return data['@usecs'].reduce((sum, { count }) => sum + count, 0);
}

describe('runqlat', () => {
  it('counts every time that a task of the target was woken and then ran', async () => {
    const { stdout, stderr } = await runWaggle(['run', 'runqlat', '-q', '-o', 'json', '--', calls, 'sleep:500']);
    expect(stderr).toBe('');
    expect(total(stdout)).toBeGreaterThanOrEqual(500);
    // Others sleep and wake meanwhile: far more often than the few times that this one is preempted.
    expect(total(stdout)).toBeLessThan(1000);
  });

  it('counts the time that a task waits for a CPU that another one has', async () => {
    const cgroup = new OwnCgroup();
    try {
      const waggle = new WaggleProcess(['run', 'runqlat', '-v', '--cgroup', cgroup.path]);
      await waggle.attached();
      const share = ['taskset', '-c', '0', calls, 'spin:60'];
      await Promise.all([cgroup.run(share), cgroup.run(share), cgroup.run(share)]);
      const { stdout } = await waggle.interrupt();
      expect(stdout).toMatch(/^Run queue latency \(us\):\n\[/);
      // Three that compute on one CPU wait for each other for milliseconds, whatever the scheduler's time slice is.
      expect(stdout).toMatch(/^\[\d+K, \d+K\) +[1-9]/m);
    } finally {
      await cgroup.close();
    }
  });
});
