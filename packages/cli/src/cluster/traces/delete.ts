import { CLUSTER_TRACES, isKubeError, type KubeObject, type ResourceType, TRACES } from '@waggle/kube';
import { printText } from '../../terminal/print-text.ts';
import { UsageError } from '../../usage-error.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { type OpenCluster, openCluster } from '../connection/open-cluster.ts';
import { referenceText, traceReferences } from './trace-reference.ts';

export interface DeleteOptions extends ConnectionOptions {
  readonly all?: boolean;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly ignoreNotFound?: boolean;
}

interface Doomed {
  readonly type: ResourceType;
  readonly name: string;
  readonly namespace: string | undefined;
}

/** `waggle delete NAME… | --all | -l SELECTOR`: gives the exit code. */
export async function deleteTraces(words: readonly string[], options: DeleteOptions): Promise<number> {
  const { type, references } = traceReferences(words);
  const many = options.all === true || options.selector !== undefined;
  if (references.length === 0 && !many) throw new UsageError('nothing to delete: give names, -l SELECTOR or --all');
  if (references.length > 0 && many) throw new UsageError('names, and --all or --selector, exclude each other');
  if (references.length > 0 && options.allNamespaces)
    throw new UsageError('names, and --all-namespaces, exclude each other');
  using cluster = await openCluster(options);
  const namespace = options.allNamespaces ? undefined : (options.namespace ?? cluster.namespace);
  const doomed = many
    ? await matching(
        cluster,
        options.allNamespaces && words.length === 0 ? [TRACES, CLUSTER_TRACES] : [type],
        namespace,
        options,
      )
    : references.map((reference) => ({ ...reference, namespace: reference.type.isNamespaced ? namespace : undefined }));
  if (doomed.length === 0) process.stderr.write('No traces found.\n');
  for (const trace of doomed) await deleteOne(cluster, trace, many || options.ignoreNotFound === true);
  return 0;
}

async function matching(
  { client }: OpenCluster,
  types: readonly ResourceType[],
  namespace: string | undefined,
  { selector }: DeleteOptions,
): Promise<Doomed[]> {
  const lists = await Promise.all(
    types.map(async (type) => {
      const where = type.isNamespaced ? namespace : undefined;
      const { items } = await client.list<KubeObject>(type, { namespace: where, labelSelector: selector });
      return items.map(({ metadata }) => ({ type, name: metadata.name!, namespace: metadata.namespace }));
    }),
  );
  return lists.flat();
}

async function deleteOne({ client }: OpenCluster, trace: Doomed, mayBeGone: boolean): Promise<void> {
  try {
    await client.delete(trace.type, { name: trace.name, namespace: trace.namespace });
    printText(`${referenceText(trace)} deleted\n`);
  } catch (error) {
    if (!mayBeGone || !isKubeError(error, 'NotFound')) throw error;
  }
}
