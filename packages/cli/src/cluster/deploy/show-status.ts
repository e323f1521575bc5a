import { AGENT_LABELS, isKubeError, type KubeClient, type KubeObject, PODS } from '@waggle/kube';
import { jsonText } from '../../sinks/json-text.ts';
import { printText } from '../../terminal/print-text.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { notDeployed } from '../connection/explain-error.ts';
import { openCluster } from '../connection/open-cluster.ts';
import { ageText } from '../traces/age-text.ts';
import { alignLines } from '../traces/server-table.ts';
import { manifestType } from './manifest-kinds.ts';
import { manifests } from './manifests.ts';
import { troublesOf } from './pod-troubles.ts';
import { type RolloutState, rolloutStates } from './rollout-state.ts';

export interface StatusOptions extends ConnectionOptions {
  readonly output?: 'json' | 'yaml';
}

/** How waggle is in a cluster. */
export interface Deployment {
  /** Of the agents' image, behind its colon. */
  readonly version: string;
  readonly isReady: boolean;
  readonly parts: readonly RolloutState[];
  readonly agents: readonly AgentState[];
}

interface AgentState {
  readonly node: string;
  readonly pod: string;
  readonly isReady: boolean;
  readonly restarts: number;
  readonly startedAt: string;
  readonly troubles: readonly string[];
}

/** `waggle status`: gives the exit code. */
export async function showStatus(options: StatusOptions): Promise<number> {
  using cluster = await openCluster(options);
  const deployment = await readDeployment(cluster.client);
  switch (options.output) {
    case 'json':
      printText(`${jsonText(deployment, 2)}\n`);
      break;
    case 'yaml':
      printText((await import('yaml')).stringify(deployment));
      break;
    case undefined:
      printText(statusText(deployment, Date.now()));
  }
  return deployment.isReady ? 0 : 1;
}

/** @throws ClusterError `NOT_DEPLOYED` */
export async function readDeployment(client: KubeClient): Promise<Deployment> {
  const objects = manifests();
  const namespace = objects.find(({ kind }) => kind === 'Namespace')!.metadata.name!;
  const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet')!;
  const [version, parts, pods] = await Promise.all([
    imageVersion(client, daemonSet),
    rolloutStates(client, objects),
    client.list<AgentPod>(PODS, { namespace, labelSelector: LABELS }),
  ]);
  const agents = pods.items.map(agentState).sort((a, b) => (a.node < b.node ? -1 : 1));
  return { version, isReady: parts.every(({ isReady }) => isReady), parts, agents };
}

const LABELS = Object.entries(AGENT_LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',');

interface AgentPod extends KubeObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly name: string; readonly restartCount: number }[];
  };
}

interface WithTemplate {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

async function imageVersion(client: KubeClient, { metadata, ...object }: KubeObject): Promise<string> {
  const { name, namespace } = metadata;
  try {
    const { spec } = await client.get<WithTemplate>(manifestType({ ...object, metadata })!, { name: name!, namespace });
    const { image } = spec.template.spec.containers[0]!;
    return /:([^:/@]+)(@.*)?$/.exec(image)?.[1] ?? image;
  } catch (error) {
    throw isKubeError(error, 'NotFound') ? notDeployed(error) : error;
  }
}

function agentState(pod: AgentPod): AgentState {
  const { metadata, spec, status } = pod;
  return {
    node: spec.nodeName ?? '<none>',
    pod: metadata.name!,
    isReady: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    restarts: (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    startedAt: metadata.creationTimestamp ?? '',
    troubles: troublesOf(pod),
  };
}

function statusText({ version, parts, agents }: Deployment, nowMs: number): string {
  const lines = agents.map(({ node, pod, isReady, restarts, startedAt }) => [
    ...[node, pod, isReady ? 'yes' : 'no', String(restarts), ageText(startedAt, nowMs)],
  ]);
  return [
    `waggle ${version}: ${parts.map(({ text }) => text).join(', ')}\n`,
    lines.length === 0 ? '' : alignLines([['NODE', 'AGENT', 'READY', 'RESTARTS', 'AGE'], ...lines]),
    ...agents.flatMap(({ troubles }) => troubles.map((trouble) => `${trouble}\n`)),
  ].join('');
}
