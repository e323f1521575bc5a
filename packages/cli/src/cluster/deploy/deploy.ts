import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient, KubeObject } from '@waggle/kube';
import { jsonText } from '../../sinks/json-text.ts';
import { printText } from '../../terminal/print-text.ts';
import { version } from '../../version.ts';
import { ClusterError } from '../connection/cluster-error.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { openCluster } from '../connection/open-cluster.ts';
import { Progress } from '../progress.ts';
import { applyManifest } from './apply-manifest.ts';
import { manifestType, objectName } from './manifest-kinds.ts';
import { type ManifestOptions, manifests } from './manifests.ts';
import { podTroubles } from './pod-troubles.ts';
import { rolloutStates } from './rollout-state.ts';

export interface DeployOptions extends ConnectionOptions, ManifestOptions {
  /** `client`: nothing is asked of the cluster; `server`: it checks everything and stores nothing. */
  readonly dryRun?: 'client' | 'server';
  readonly output?: 'yaml' | 'json' | 'name';
  readonly wait: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** How often the cluster is asked how far it is. */
const POLL_MS = 400;

/** `waggle deploy`: gives the exit code. */
export async function deploy(options: DeployOptions): Promise<number> {
  const objects = manifests(options);
  if (options.output !== undefined && options.dryRun !== 'server') await printObjects(objects, options.output);
  if (options.dryRun === 'client') {
    if (options.output === undefined) for (const object of objects) printText(`${nameOf(object)} (dry run)\n`);
    return 0;
  }
  using cluster = await openCluster(options);
  const { client } = cluster;
  const progress = new Progress();
  await applyAll(client, objects, options, progress);
  if (options.dryRun === 'server') return 0;
  if (options.wait) await waitUntilReady(client, objects, options.timeout, progress);
  return 0;
}

async function applyAll(
  client: KubeClient,
  objects: readonly KubeObject[],
  { dryRun, output }: DeployOptions,
  progress: Progress,
): Promise<void> {
  const isDry = dryRun === 'server';
  const answers: KubeObject[] = [];
  for (const object of objects) {
    progress.doing(`applying ${nameOf(object)}`);
    const { change, result } = await applyManifest(client, object, isDry);
    answers.push(result);
    if (output === undefined || !isDry) progress.done(`${nameOf(object)} ${change}${isDry ? ' (server dry run)' : ''}`);
  }
  progress.end();
  if (isDry && output !== undefined) await printObjects(answers, output);
}

async function waitUntilReady(
  client: KubeClient,
  objects: readonly KubeObject[],
  timeoutMs: number,
  progress: Progress,
): Promise<void> {
  const started = performance.now();
  const namespace = objects.find(({ kind }) => kind === 'Namespace')!.metadata.name!;
  for (;;) {
    const states = await rolloutStates(client, objects);
    const waiting = states.filter(({ isReady }) => !isReady).map(({ text }) => text);
    if (waiting.length === 0) break;
    const troubles = await podTroubles(client, namespace);
    if (performance.now() - started > timeoutMs) {
      progress.end();
      throw new ClusterError('FAILED', [`not ready in time: ${waiting.join(', ')}`, ...troubles].join('\n  '), {
        hint: `kubectl get pods -n ${namespace}`,
      });
    }
    progress.waiting(`waiting: ${[...waiting, ...troubles.slice(0, 1)].join(', ')}`);
    await sleep(POLL_MS);
  }
  progress.end();
  const agents = objects.find(({ kind }) => kind === 'DaemonSet')!;
  const { status } = await client.get<{ status: { numberReady: number } }>(manifestType(agents)!, {
    name: agents.metadata.name!,
    namespace,
  });
  progress.done(`waggle ${version} is deployed: agents on ${status.numberReady} nodes are ready`);
}

async function printObjects(objects: readonly KubeObject[], output: 'yaml' | 'json' | 'name'): Promise<void> {
  switch (output) {
    case 'yaml': {
      const { stringify } = await import('yaml');
      printText(objects.map((object) => stringify(object)).join('---\n'));
      return;
    }
    case 'json':
      printText(`${jsonText({ apiVersion: 'v1', kind: 'List', items: objects }, 2)}\n`);
      return;
    case 'name':
      printText(objects.map((object) => `${nameOf(object)}\n`).join(''));
  }
}

function nameOf(object: KubeObject): string {
  return objectName(manifestType(object)!, object.metadata.name!);
}
