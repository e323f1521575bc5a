import { afterAll, beforeAll, expect, it } from 'vitest';
import { bpfObjectsOf, expectNothingLeft } from '../support/kernel-leftovers.ts';
import { waitUntil } from '../support/wait-until.ts';
import { waggleProcesses } from './support/agent-process.ts';
import { useWaggle } from './support/use-waggle.ts';

const NAMESPACE = `deployed-${process.pid}`;

// Without agents, what they would leave in the kernel belongs to nobody.
expectNothingLeft();
const waggle = useWaggle({ deployed: false });
const { cluster } = waggle;

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  expect((await waggle.run(['undeploy'])).code).toBe(0);
}, 180_000);

afterAll(() => cluster.deleteNamespace(NAMESPACE), 60_000);

/** Names of everything in the cluster that has to do with waggle. */
async function whatIsThere(): Promise<string[]> {
  const listed = await cluster.kubectl(['api-resources', '--verbs=list', '-o', 'name']);
  const types = listed
    .trim()
    .split('\n')
    .filter((type) => !/^events|^endpointslices/.test(type));
  const text = await cluster.kubectl(['get', types.join(','), '-A', '-o', 'name', '--ignore-not-found']);
  return text.split('\n').filter((name) => name.includes('waggle'));
}

it('says what it would do, and does nothing', async () => {
  for (const args of [['--dry-run'], ['--dry-run', '-o', 'yaml'], ['--dry-run=server']]) {
    const { code, stdout, stderr } = await waggle.run(['deploy', ...args]);
    expect(code).toBe(0);
    expect(stdout + stderr).toContain('waggle-agent');
  }
  expect(await whatIsThere()).toEqual([]);
  const status = await waggle.run(['status']);
  expect(status).toMatchObject({ code: 1, stderr: expect.stringContaining('hint: kubectl waggle deploy') });
  const run = await waggle.run(['run', 'opensnoop']);
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('waggle is not deployed in this cluster') });
}, 120_000);

it('deploys until all agents are ready, and takes everything away again, in the kernel too', async () => {
  await waggle.deploy();
  const daemonSet = JSON.parse(
    await cluster.kubectl(['get', 'daemonset', '-n', 'waggle', 'waggle-agent', '-o', 'json']),
  );
  expect(daemonSet.status).toMatchObject({ desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 2 });
  expect(await waggle.run(['status'])).toMatchObject({ code: 0, stdout: expect.stringContaining('agents 2/2 ready') });

  // The agents' own: they watch cgroups.
  const agents = await waggleProcesses(cluster, 'agent');
  expect(agents.map(({ node }) => node).sort()).toEqual(['node-a', 'node-b']);
  const trace = await waggle.run(['run', 'opensnoop', '-n', NAMESPACE, '--detach', '--name', 'left-running']);
  expect(trace).toMatchObject({ code: 0, stdout: 'trace.waggle.dev/left-running created\n' });
  const attached = () =>
    agents.every(({ pid }) => [...bpfObjectsOf(pid)].filter((name) => /^prog/.test(name)).length > 8);
  await waitUntil('the trace is attached on both nodes', attached);

  const again = await waggle.run(['deploy', '--image', waggle.image, '--image-pull-policy', 'Never']);
  expect(again.stderr).not.toMatch(/ (created|configured)$/m);

  const undeployed = await waggle.run(['undeploy']);
  expect(undeployed).toMatchObject({ code: 0, stderr: expect.stringContaining('waggle is gone from this cluster') });
  expect(await whatIsThere()).toEqual([]);
  expect(await waggleProcesses(cluster, 'agent')).toEqual([]);
  expect(await waggle.run(['undeploy'])).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing to do') });
}, 300_000);
