import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import type { PodTarget } from '@waggle/identity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolvePodTarget } from '../target/resolve-pod-target.ts';
import { Collector } from '../testing/collector.ts';
import { PodCgroups } from '../testing/pod-cgroups.ts';
import { facts, prepare } from '../testing/trace-command.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { NodeIdentity, openNodeIdentity } from './node-identity.ts';

const EXECS = 'tracepoint:sched:sched_process_exec { print((file = str(args.filename))); }';

describe('pods on a node', () => {
  let node: NodeIdentity;
  let cgroups: PodCgroups;

  beforeEach(async () => {
    node = await openNodeIdentity({ node: 'node-a', criSocket: false, facts });
    cgroups = new PodCgroups(node.identities.tree);
  });

  afterEach(async () => {
    await node.close();
    cgroups.close();
    await slowClosesDone();
    expect(openDescriptors()).toEqual([]);
  });

  function target(wanted: PodTarget) {
    return resolvePodTarget(wanted, node);
  }

  it('sees the first exec of a container whose pod comes while the trace runs, and whose it is', async () => {
    const { identities } = node;
    const sink = new Collector();
    const running = await prepare(EXECS, { identities, target: target({ namespaces: ['shop'] }) }).start(sink);
    const cart = cgroups.makePod({ namespace: 'shop', name: 'cart-1', labels: { app: 'cart' } });
    const other = cgroups.makePod({ namespace: 'bank', name: 'vault-1' });
    identities.learnPod(cart.facts);
    identities.learnPod(other.facts);
    await waitUntil('the cgroup is known', () => [...identities.known()].some(({ path }) => path === cart.path));
    const container = cgroups.makeContainer(cart.path);
    await cgroups.run(container.path, ['/bin/true']);
    await cgroups.run(cgroups.makeContainer(other.path).path, ['/bin/false']);
    await running.stop();
    expect(sink.column('file')).toEqual(['/bin/true']);
    expect(sink.events[0]!.identity).toMatchObject({
      node: 'node-a',
      path: container.path,
      pod: { namespace: 'shop', name: 'cart-1', labels: { app: 'cart' } },
      container: { id: container.id },
    });
  });
});
