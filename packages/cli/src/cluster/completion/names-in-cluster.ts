import { CLUSTER_TRACES, type KubeObject, NAMESPACES, NODES, PODS, type ResourceType, TRACES } from '@waggle/kube';
import type { CompletionPlace } from '../../commands/completion.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { mergedKubeconfig } from '../connection/load-kubeconfig.ts';
import { type OpenCluster, openCluster } from '../connection/open-cluster.ts';

/** Nobody waits longer for a completion. */
const TIMEOUT_MS = 1500;

const WORKLOADS: Readonly<Record<string, ResourceType>> = {
  deploy: apps('deployments', 'Deployment'),
  sts: apps('statefulsets', 'StatefulSet'),
  ds: apps('daemonsets', 'DaemonSet'),
};

function apps(plural: string, kind: string): ResourceType {
  return { group: 'apps', version: 'v1', plural, kind, isNamespaced: true };
}

/** Commands whose arguments are traces. */
const OF_TRACES: ReadonlySet<string> = new Set(['describe', 'attach', 'logs', 'stop', 'delete', 'get']);

/** All names that may stand where a command line stands. */
export async function namesInCluster({
  command,
  option,
  values,
  argumentCount,
  last,
}: CompletionPlace): Promise<string[]> {
  const connection: ConnectionOptions = values;
  switch (option?.long) {
    case '--context':
    case '--cluster':
    case '--user':
      return namesInKubeconfig(option.long, connection);
    case '--namespace':
      return asking(connection, (cluster) => namesOf(cluster, NAMESPACES));
    case '--node':
      return asking(connection, (cluster) => namesOf(cluster, NODES));
    case '--pod':
      return asking(connection, (cluster) => namesOf(cluster, PODS, values.namespace));
    case '--workload':
      return asking(connection, (cluster) => workloadNames(cluster, values.namespace));
    case undefined:
      break;
    default:
      return [];
  }
  if (last.startsWith('-')) return [];
  if (OF_TRACES.has(command.name())) return asking(connection, (cluster) => traceNames(cluster, values.namespace));
  if (command.name() === 'run' && argumentCount > 0)
    return asking(connection, (cluster) => workloadNames(cluster, values.namespace));
  return [];
}

async function asking(options: ConnectionOptions, ask: (cluster: OpenCluster) => Promise<string[]>): Promise<string[]> {
  using cluster = await openCluster({ ...options, requestTimeout: TIMEOUT_MS });
  return await ask(cluster);
}

async function namesOf({ client, namespace }: OpenCluster, type: ResourceType, given?: string): Promise<string[]> {
  const { items } = await client.list<KubeObject>(type, type.isNamespaced ? { namespace: given ?? namespace } : {});
  return items.map(({ metadata }) => metadata.name!);
}

async function workloadNames(cluster: OpenCluster, namespace: string | undefined): Promise<string[]> {
  const lists = Object.entries(WORKLOADS).map(async ([short, type]) =>
    (await namesOf(cluster, type, namespace).catch(() => [])).map((name) => `${short}/${name}`),
  );
  return (await Promise.all(lists)).flat();
}

async function traceNames(cluster: OpenCluster, namespace: string | undefined): Promise<string[]> {
  const [traces, clusterTraces] = await Promise.all([
    namesOf(cluster, TRACES, namespace).catch(() => []),
    namesOf(cluster, CLUSTER_TRACES).catch(() => []),
  ]);
  return [...traces, ...clusterTraces.map((name) => `clustertrace/${name}`)];
}

async function namesInKubeconfig(
  flag: '--context' | '--cluster' | '--user',
  options: ConnectionOptions,
): Promise<string[]> {
  const { contexts, clusters, users } = await mergedKubeconfig(options);
  return { '--context': contexts, '--cluster': clusters, '--user': users }[flag].map(({ name }) => name);
}
