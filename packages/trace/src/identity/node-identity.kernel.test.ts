import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import { CgroupTree, Identities, type PodTarget } from '@waggle/identity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TraceRequest } from '../engine/prepared-trace.ts';
import type { RunningTrace } from '../engine/running-trace.ts';
import { resolvePodTarget } from '../target/resolve-pod-target.ts';
import { MapCollector } from '../testing/map-collector.ts';
import { PodCgroups, type PodSketch } from '../testing/pod-cgroups.ts';
import { facts, prepare } from '../testing/trace-command.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { type NodeIdentity, openNodeIdentity } from './node-identity.ts';

const EXECS = 'tracepoint:sched:sched_process_exec { print((file = str(args.filename))); }';
const CART = { namespace: 'shop', name: 'cart-1', labels: { app: 'cart' } };
const WEB = { namespace: 'shop', name: 'web-1', labels: { app: 'web' } };
const VAULT = { namespace: 'bank', name: 'vault-1', labels: { app: 'cart' } };

describe('pods of a node', () => {
  let node: NodeIdentity;
  let cgroups: PodCgroups;
  let sink: MapCollector;

  beforeEach(async () => {
    sink = new MapCollector();
    node = await openNodeIdentity({ node: 'node-a', criSocket: false, facts });
    cgroups = new PodCgroups(node.identities.tree);
  });

  afterEach(async () => {
    await node.close();
    cgroups.close();
    await slowClosesDone();
    expect(openDescriptors()).toEqual([]);
  });

  function start(script: string, target: PodTarget, request: Partial<TraceRequest> = {}): Promise<RunningTrace> {
    const { identities } = node;
    return prepare(script, { identities, target: resolvePodTarget(target, node), ...request }).start(sink);
  }

  /** A pod as Kubernetes tells of it; its cgroup follows. */
  function makePod(sketch: PodSketch): string {
    const pod = cgroups.makePod(sketch);
    node.identities.learnPod(pod.facts);
    return pod.path;
  }

  /** Waits until what happened to cgroups has come through, as it does by itself: nobody asks. */
  async function settled(path: string): Promise<void> {
    let isSettled = false;
    const id = node.identities.tree.cgroupId(path);
    const subscription = node.identities.subscribe({
      added: (identity) => {
        isSettled ||= identity.cgroupId === id;
      },
      changed: () => {},
      removed: () => {},
    });
    await waitUntil(`${path} is known`, () => isSettled);
    subscription.close();
  }

  async function runIn(podPath: string, argv: readonly string[]): Promise<string> {
    const { path } = cgroups.makeContainer(podPath);
    await cgroups.run(path, argv);
    return path;
  }

  it('see the first exec of a container whose pod comes while the trace runs, and whose it is', async () => {
    const running = await start(EXECS, { namespaces: ['shop'] });
    const cart = makePod(CART);
    const vault = makePod(VAULT);
    await settled(vault);
    const path = await runIn(cart, ['/bin/true']);
    await runIn(vault, ['/bin/false']);
    await running.stop();
    expect(sink.column('file')).toEqual(['/bin/true']);
    expect(sink.events[0]!.identity).toMatchObject({
      node: 'node-a',
      path,
      pod: CART,
      container: { runtime: 'containerd' },
    });
  });

  it('wait for a pod of which Kubernetes tells later than its cgroup is made', async () => {
    const running = await start(EXECS, { selector: 'app in (cart,web),tier!=cache' });
    const cart = cgroups.makePod(CART);
    await settled(cart.path);
    await runIn(cart.path, ['/bin/true']);
    node.identities.learnPod(cart.facts);
    const path = await runIn(cart.path, ['/bin/false']);
    await running.stop();
    expect(sink.column('file')).toEqual(['/bin/false']);
    expect(sink.events[0]!.identity).toMatchObject({ path, pod: CART });
  });

  it('join and leave with their labels', async () => {
    const running = await start(EXECS, { namespaces: ['shop'], selector: 'app=cart' });
    const { path, facts: pod } = cgroups.makePod(WEB);
    node.identities.learnPod(pod);
    await settled(path);
    await runIn(path, ['/bin/true']);
    const relabel = (app: string): void =>
      node.identities.learnPod({ ...pod, identity: { ...pod.identity, labels: { app } } });
    relabel('cart');
    await runIn(path, ['/bin/echo']);
    relabel('web');
    await runIn(path, ['/bin/false']);
    await running.stop();
    expect(sink.column('file')).toEqual(['/bin/echo']);
  });

  it('stay in the target while they end: Kubernetes may forget a pod before its last process', async () => {
    const running = await start(EXECS, { pods: ['cart-1'] });
    const { path, facts: pod } = cgroups.makePod(CART);
    node.identities.learnPod(pod);
    await settled(path);
    node.identities.forgetPod(pod.cgroupUid);
    await runIn(path, ['/bin/true']);
    await running.stop();
    expect(sink.events.map(({ identity }) => identity?.pod?.name)).toEqual(['cart-1']);
  });

  it('are limited to containers by name', async () => {
    const running = await start(EXECS, { namespaces: ['shop'], containers: ['!proxy'] });
    const cart = makePod(CART);
    const [main, proxy, nameless] = ['main', 'proxy', undefined].map((name) => ({
      ...cgroups.makeContainer(cart),
      name,
    }));
    await settled(nameless!.path);
    const told = [main!, proxy!].map(({ id, name }) => ({ id, name: name!, runtime: 'containerd' as const }));
    node.identities.learnContainers(told);
    for (const { path } of [proxy!, main!, nameless!]) await cgroups.run(path, ['/bin/true']);
    await running.stop();
    expect(sink.events.map(({ identity }) => identity?.container?.name)).toEqual(['main']);
  });

  it('name each of many containers that live for one exec', async () => {
    const count = 4 * Number(process.env.WAGGLE_RUNS ?? 50);
    const running = await start(EXECS, { namespaces: ['shop'] });
    const pods = [makePod(CART), makePod(WEB)];
    await settled(pods[1]!);
    const paths: string[] = [];
    for (let n = 0; n < count; n++) {
      const path = await runIn(pods[n % 2]!, ['/bin/true']);
      paths.push(path);
      cgroups.remove(path);
    }
    await running.stop();
    expect(sink.events.map(({ identity }) => identity?.path)).toEqual(paths);
    const names = sink.events.map(({ identity }) => identity?.pod?.name);
    expect(names).toEqual(paths.map((_, n) => (n % 2 === 0 ? 'cart-1' : 'web-1')));
  });

  it('are counted by label in the kernel: an entry for each value, and the exact numbers', async () => {
    const script =
      'tracepoint:syscalls:sys_enter_chdir { @[label("app")] = count(); @by[node, namespace, pod, workload, container] = count(); }';
    const running = await start(script, { namespaces: ['shop'] });
    const pods = [
      makePod({ ...CART, workload: { kind: 'Deployment', name: 'cart' } }),
      makePod({ ...CART, name: 'cart-2' }),
      makePod(WEB),
      makePod({ namespace: 'shop', name: 'plain' }),
      makePod(VAULT),
    ];
    await settled(pods.at(-1)!);
    const container = cgroups.makeContainer(pods[0]!);
    node.identities.learnContainers([{ id: container.id, name: 'main', runtime: 'containerd' }]);
    await settledName(container.path, 'main');
    await cgroups.run(container.path, ['/bin/sh', '-c', 'cd /; cd /; cd /']);
    for (const pod of pods.slice(1)) await cgroups.run(pod, ['/bin/sh', '-c', 'cd /; cd /']);
    await running.stop();
    expect(sink.totals('@')).toEqual({ cart: 5n, web: 2n, '<none>': 2n });
    expect(sink.totals('@by')).toEqual({
      'node-a,shop,cart-1,deploy/cart,main': 3n,
      'node-a,shop,cart-2,pod/cart-2,<none>': 2n,
      'node-a,shop,web-1,pod/web-1,<none>': 2n,
      'node-a,shop,plain,pod/plain,<none>': 2n,
    });
  });

  async function settledName(path: string, name: string): Promise<void> {
    const id = node.identities.tree.cgroupId(path);
    await waitUntil(`${path} is called ${name}`, () => node.identities.lookup(id)?.container?.name === name);
  }

  it('know of cgroups inside of containers by those above them', async () => {
    const running = await start('tracepoint:syscalls:sys_enter_chdir { @[pod] = count(); print((pod = pod)); }', {
      pods: ['cart-1'],
    });
    const cart = makePod(CART);
    const inner = cgroups.makeBelow(cgroups.makeContainer(cart).path, 'inner');
    await settled(cart);
    await cgroups.run(inner, ['/bin/sh', '-c', 'cd /']);
    await running.stop();
    expect(sink.totals('@')).toEqual({ 'cart-1': 1n });
    expect(sink.events[0]!.identity).toMatchObject({ path: inner, pod: CART });
  });

  it('of other namespaces are nobody to a trace that is limited to its own', async () => {
    const script =
      'tracepoint:sched:sched_process_exec / in_target(curtask) || comm == "false" / { @[namespace] = count(); }';
    const running = await start(script, { namespaces: ['shop'] });
    const [cart, vault] = [makePod(CART), makePod(VAULT)];
    await settled(vault);
    await runIn(cart, ['/bin/true']);
    await runIn(vault, ['/bin/false']);
    await running.stop();
    expect(sink.totals('@')).toMatchObject({ shop: 1n });
    expect(Object.keys(sink.totals('@'))).not.toContain('bank');
  });
});

it('pods of a node that is a container are found by what the kernel counts, not by what files show', async () => {
  const host = new CgroupTree();
  const home = host.pathOfPid('self')!;
  const cgroups = new PodCgroups(host);
  // The node's part of the tree, mounted where an agent in a pod has the host's files; the agent runs below it.
  const hostRoot = mkdtempSync(join(tmpdir(), 'waggle-host-'));
  const mount = join(hostRoot, 'sys/fs/cgroup');
  mkdirSync(mount, { recursive: true });
  execFileSync('mount', ['--bind', host.folder(cgroups.root), mount]);
  moveTo(host, `${cgroups.root}/kubepods/burstable`);
  const node = await openNodeIdentity({ node: 'node-a', hostRoot, criSocket: false, facts });
  try {
    const sink = new MapCollector();
    const target = resolvePodTarget({ namespaces: ['shop'] }, node);
    const script = 'tracepoint:syscalls:sys_enter_chdir { @[pod, node] = count(); }';
    const running = await prepare(script, { identities: node.identities, target }).start(sink);
    const { path, facts: pod } = cgroups.makePod(CART);
    node.identities.learnPod(pod);
    const own = path.slice(cgroups.root.length);
    await waitUntil('the pod is known', () => [...node.identities.known()].some((known) => known.path === own));
    await cgroups.run(cgroups.makeContainer(path).path, ['/bin/sh', '-c', 'cd /; cd /']);
    await running.stop();
    expect(sink.totals('@')).toEqual({ 'cart-1,node-a': 2n });
  } finally {
    moveTo(host, home);
    await node.close();
    execFileSync('umount', [mount]);
    rmSync(hostRoot, { recursive: true });
    cgroups.close();
  }
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
});

function moveTo(tree: CgroupTree, path: string): void {
  writeFileSync(join(tree.folder(path), 'cgroup.procs'), String(process.pid));
}

it('a trace of its own follows cgroups where nobody else does', async () => {
  const identities = new Identities();
  const cgroups = new PodCgroups(identities.tree);
  const sink = new MapCollector();
  const running = await prepare('tracepoint:syscalls:sys_enter_chdir { @[container] = count(); }', {
    identities,
    target: { ...resolvePodTarget({ pods: ['cart-1'] }, { identities }) },
  }).start(sink);
  const cart = cgroups.makePod(CART);
  identities.learnPod(cart.facts);
  const { path, id } = cgroups.makeContainer(cart.path);
  await waitUntil('the container is known', () => [...identities.known()].some((one) => one.path === path));
  await cgroups.run(path, ['/bin/sh', '-c', 'cd /']);
  await running.stop();
  cgroups.close();
  expect(sink.totals('@')).toEqual({ [id.slice(0, 12)]: 1n });
  expect(identities.hasLastingEvents).toBe(false);
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
});
