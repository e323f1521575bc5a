import { Identities } from '@waggle/identity';
import { Command, requireCapabilities, resolveTarget } from '@waggle/trace';
import { programSource } from './run/program-source.ts';
import { showTrace } from './run/show-trace.ts';

/** Two small services: each does a few things a second that open files and run programs. */
const WORKLOADS: Readonly<Record<string, string>> = {
  cart: 'export LC_ALL=C; while :; do cat /etc/hostname /etc/cart.conf >/dev/null 2>&1; sleep 0.4; done',
  web: 'export LC_ALL=C; while :; do grep -c . /etc/passwd >/dev/null; ls /var/www >/dev/null 2>&1; sleep 0.7; done',
};

/** `waggle demo`: starts two workloads in cgroups of their own and traces exactly these. */
export async function demo(options: { readonly timeout?: number }): Promise<number> {
  requireCapabilities();
  const identities = new Identities();
  const workloads: Command[] = [];
  try {
    for (const [name, script] of Object.entries(WORKLOADS)) {
      workloads.push(await Command.start(['/bin/sh', '-c', script], identities.tree, name));
    }
    const resolved = await resolveTarget({ cgroups: workloads.map(({ cgroup }) => cgroup.path) }, identities);
    process.stderr.write(
      `waggle: tracing two sample workloads, ${Object.keys(WORKLOADS).join(' and ')}; Ctrl-C ends it\n`,
    );
    return await showTrace(
      programSource({ name: 'tour', parameters: [] }),
      { resolved, identities, close: async () => {} },
      {
        ...options,
        onAttached: () => {
          for (const workload of workloads) workload.release();
        },
      },
    );
  } finally {
    for (const workload of workloads) {
      workload.cgroup.kill();
      await workload.close();
    }
  }
}
