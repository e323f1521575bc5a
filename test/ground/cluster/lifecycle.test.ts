import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';

import { WORKLOAD_IMAGE } from '../images/workload-image.ts';
import { clusterDown, clusterUp, stopComponent } from './cluster.ts';
import { type ClusterFacts, readDaemons, readRecord } from './cluster-state.ts';
import { kubectl } from './kubectl.ts';
import { run } from './run.ts';
import { inventoryOfCluster, tracesOfCluster } from './traces-of-cluster.ts';
import { waitFor } from './wait-for.ts';

const NAME = `lifecycle-${process.pid}`;
const UP_TIMEOUT_MS = 15 * 60_000;

afterEach(async () => {
  await clusterDown({ name: NAME });
});

/** What is the whole machine's, and not to be touched. */
async function machine(): Promise<object> {
  const sysctls = [
    'vm/overcommit_memory',
    'kernel/panic',
    'kernel/panic_on_oops',
    'net/ipv4/ip_forward',
    'net/netfilter/nf_conntrack_max',
  ];
  return {
    sysctls: sysctls.map((name) => (existsSync(`/proc/sys/${name}`) ? readFileSync(`/proc/sys/${name}`, 'utf8') : '')),
    rules: (await run('iptables', ['--list-rules'])) + (await run('iptables', ['--table', 'nat', '--list-rules'])),
  };
}

/** The command as a contributor uses it. */
function command(...args: readonly string[]) {
  const child = spawn(process.execPath, ['scripts/cluster.mjs', ...args, '--name', NAME], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // A group of its own, to be killed with its children.
  });
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
    });
  }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, ...texts }));
  });
  return { pid: child.pid!, texts, ended };
}

function podOn(facts: ClusterFacts): Promise<string> {
  const words = ['--image', WORKLOAD_IMAGE, '--image-pull-policy=Never', '--restart=Never', '--command'];
  return kubectl(facts, ['run', 'sleeper', ...words, '--', 'sleep', '1000']);
}

describe('a cluster', () => {
  it('is mended by up, and goes by down with all that it had: processes, namespaces, mounts, cgroups, links, files', {
    timeout: UP_TIMEOUT_MS,
  }, async () => {
    const before = await machine();
    const facts = await clusterUp({ name: NAME });
    expect(await command('status').ended).toMatchObject({ code: 0, stdout: expect.stringContaining('node-b') });
    expect(await command('kubeconfig').ended).toMatchObject({ code: 0, stdout: `${facts.kubeconfig}\n` });
    await podOn(facts);
    await kubectl(facts, ['wait', '--for=condition=Ready', 'pod/sleeper', '--timeout=60s']);
    const { layout } = readRecord(NAME)!;
    const inventory = inventoryOfCluster(layout);
    expect(inventory.namespaces.size).toBeGreaterThanOrEqual(3 * layout.nodes.length + 4); // Of nodes, and of the pod.
    expect((await tracesOfCluster(layout, inventory)).length).toBeGreaterThan(50); // They would be found.

    // What has ended starts again.
    for (const component of ['kube-apiserver', 'kubelet@node-a', 'etcd'])
      await stopComponent(component, { name: NAME });
    expect(await clusterUp({ name: NAME })).toEqual(facts);
    expect(await command('status').ended).toMatchObject({ code: 0 });

    await stopComponent('containerd@node-a', { name: NAME });
    await stopComponent('kube-apiserver', { name: NAME });
    const broken = await command('status').ended;
    expect(broken).toMatchObject({ code: 1, stdout: expect.stringMatching(/^kube-apiserver +ended$/m) });

    expect(await command('down').ended).toMatchObject({ code: 0 });
    expect(await tracesOfCluster(layout, inventory)).toEqual([]);
    expect(await machine()).toEqual(before);
    expect(await command('status').ended).toMatchObject({ code: 3, stdout: `cluster ${NAME} is down\n` });
    expect(await command('down').ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('there is no cluster'),
    });
    expect(await command('kubeconfig').ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `cluster: cluster ${NAME} is not up\n`,
    });
  });

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'that did not get up for %s can be taken down',
    { timeout: UP_TIMEOUT_MS },
    async (signal) => {
      const up = command('up');
      await waitFor('a node with its runtime', () => up.texts.stderr.includes('containerd has its images'));
      const { layout } = readRecord(NAME)!;
      const inventory = inventoryOfCluster(layout);
      expect(readDaemons(layout).map(({ name }) => name)).toContain('etcd');
      process.kill(-up.pid, signal);
      const { code, stderr } = await up.ended;
      if (signal === 'SIGINT') {
        expect(code).toBe(130);
        expect(stderr).toContain('cluster: interrupted\n');
      } else {
        expect(await command('status').ended).toMatchObject({ code: 1 });
        expect(await command('down').ended).toMatchObject({ code: 0 });
      }
      expect(await tracesOfCluster(layout, inventory)).toEqual([]);
    },
  );
});

it.each([
  ['no command', []],
  ['no command "upp"', ['upp']],
  ['stop takes one word more', ['stop']],
  ["Unknown option '--fast'", ['up', '--fast']],
])('tells wrong usage: %s', async (message, args) => {
  expect(await command(...args).ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
});
