import { setTimeout as sleep } from 'node:timers/promises';
import { isKubeError, type KubeClient, type KubeObject } from '@waggle/kube';
import { ClusterError } from '../connection/cluster-error.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { openCluster } from '../connection/open-cluster.ts';
import { Progress } from '../progress.ts';
import { manifestType, objectName } from './manifest-kinds.ts';
import { manifests } from './manifests.ts';

export interface UndeployOptions extends ConnectionOptions {
  readonly dryRun?: 'client' | 'server';
  readonly wait: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

const POLL_MS = 300;

/**
 * What goes first: nobody calls the gateway any more, then the definitions with all traces, so that the agents detach in order, then the rest. A
 * namespace would not end while an API that its content is asked for is served by nobody.
 */
const FIRST_KINDS = ['ValidatingWebhookConfiguration', 'APIService', 'CustomResourceDefinition'] as const;

/** `waggle undeploy`: gives the exit code. */
export async function undeploy(options: UndeployOptions): Promise<number> {
  using cluster = await openCluster(options);
  const { client } = cluster;
  const progress = new Progress();
  const objects = manifests().toReversed();
  const first = FIRST_KINDS.flatMap((kind) => objects.filter((object) => object.kind === kind));
  const others = objects.filter((object) => !first.includes(object));
  const isDry = options.dryRun !== undefined;
  let count = 0;
  for (const group of [first, others]) {
    const deleted = await deleteAll(client, group, isDry, progress);
    count += deleted.length;
    // Even without being asked to: what comes behind would take the agents away from traces that still run.
    if (!isDry && (options.wait || group === first)) await waitUntilGone(client, deleted, options.timeout, progress);
  }
  if (count === 0) progress.done('waggle is not deployed in this cluster: nothing to do');
  else if (!isDry && options.wait) progress.done('waggle is gone from this cluster');
  return 0;
}

/** Gives those that were there. */
async function deleteAll(
  client: KubeClient,
  objects: readonly KubeObject[],
  isDry: boolean,
  progress: Progress,
): Promise<KubeObject[]> {
  const deleted: KubeObject[] = [];
  for (const object of objects) {
    const type = manifestType(object)!;
    const { name, namespace } = object.metadata;
    try {
      // Pods are waited for; other things have nothing below them.
      const propagation = type.group === 'apps' ? 'Foreground' : 'Background';
      await client.delete(type, { name: name!, namespace, propagation, dryRun: isDry });
    } catch (error) {
      if (isKubeError(error, 'NotFound')) continue;
      throw error;
    }
    deleted.push(object);
    progress.done(`${objectName(type, name!)} deleted${isDry ? ' (dry run)' : ''}`);
  }
  return deleted;
}

async function waitUntilGone(
  client: KubeClient,
  objects: readonly KubeObject[],
  timeoutMs: number,
  progress: Progress,
): Promise<void> {
  const started = performance.now();
  let left = objects;
  for (;;) {
    const isThere = await Promise.all(left.map((object) => exists(client, object)));
    left = left.filter((_, index) => isThere[index]);
    if (left.length === 0) break;
    const names = left.map((object) => objectName(manifestType(object)!, object.metadata.name!));
    if (performance.now() - started > timeoutMs) {
      progress.end();
      throw new ClusterError('FAILED', `not gone in time: ${names.join(', ')}`, {
        hint: 'kubectl describe says what holds it',
      });
    }
    progress.waiting(`waiting until gone: ${names.join(', ')}`);
    await sleep(POLL_MS);
  }
  progress.end();
}

async function exists(client: KubeClient, object: KubeObject): Promise<boolean> {
  const { name, namespace } = object.metadata;
  try {
    await client.get(manifestType(object)!, { name: name!, namespace });
    return true;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return false;
    throw error;
  }
}
