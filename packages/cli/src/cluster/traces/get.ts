import {
  apiVersionOf,
  CLUSTER_TRACES,
  KubeError,
  type ResourceType,
  resourcePath,
  TRACES,
  type TraceObject,
} from '@waggle/kube';
import { jsonText } from '../../sinks/json-text.ts';
import { printText } from '../../terminal/print-text.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { isMissingApi } from '../connection/explain-error.ts';
import { type OpenCluster, openCluster } from '../connection/open-cluster.ts';
import { formatServerTable, type ServerTable, TABLE_MEDIA_TYPE } from './server-table.ts';
import { traceReferences } from './trace-reference.ts';

export interface GetOptions extends ConnectionOptions {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly output?: 'wide' | 'json' | 'yaml' | 'name';
}

/** Traces of one type: those of these names, or all. */
interface Wanted {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly names: readonly string[];
}

/** `waggle get [traces | clustertraces] [NAME…]`: gives the exit code. */
export async function get(words: readonly string[], options: GetOptions): Promise<number> {
  using cluster = await openCluster(options);
  const wanted = wantedTraces(words, options, cluster);
  if (options.output === undefined || options.output === 'wide') return printTables(cluster, wanted, options);
  const objects = (await Promise.all(wanted.map((group) => readObjects(cluster, group, options)))).flat();
  await printObjects(objects, options.output, wanted.length === 1 && wanted[0]!.names.length === 1);
  return 0;
}

function wantedTraces(words: readonly string[], options: GetOptions, cluster: OpenCluster): Wanted[] {
  const { type, references } = traceReferences(words);
  const namespace = options.allNamespaces ? undefined : (options.namespace ?? cluster.namespace);
  if (references.length === 0) {
    // Of all namespaces and of no type: everything that there is.
    const types = options.allNamespaces && words.length === 0 ? [TRACES, CLUSTER_TRACES] : [type];
    return types.map((each) => ({ type: each, namespace: each.isNamespaced ? namespace : undefined, names: [] }));
  }
  return [TRACES, CLUSTER_TRACES].flatMap((each) => {
    const names = references.filter((reference) => reference.type === each).map(({ name }) => name);
    return names.length === 0 ? [] : [{ type: each, namespace: each.isNamespaced ? namespace : undefined, names }];
  });
}

async function readObjects(
  { client }: OpenCluster,
  { type, namespace, names }: Wanted,
  { selector }: GetOptions,
): Promise<readonly TraceObject[]> {
  if (names.length > 0)
    return Promise.all(names.map((name) => client.get<TraceObject>(type, { name, namespace: namespace ?? '' })));
  const { items } = await client.list<TraceObject>(type, { namespace, labelSelector: selector });
  return items.map((item) => ({ ...item, apiVersion: apiVersionOf(type), kind: type.kind }));
}

async function printTables(cluster: OpenCluster, wanted: readonly Wanted[], options: GetOptions): Promise<number> {
  const tables = await Promise.all(wanted.map((group) => readTable(cluster, group, options)));
  const full = tables.flatMap((table, index) => (table?.rows?.length ? [{ table, group: wanted[index]! }] : []));
  if (full.length === 0) {
    const [{ type, namespace }] = wanted as [Wanted];
    const where = type.isNamespaced && namespace !== undefined ? ` in ${namespace} namespace` : '';
    process.stderr.write(`No traces found${where}.\n`);
    return 0;
  }
  const texts = full.map(({ table, group: { type, namespace } }) =>
    formatServerTable(table, {
      wide: options.output === 'wide',
      withNamespace: type.isNamespaced && namespace === undefined,
      ...(full.length > 1 && { prefix: `${type.kind.toLowerCase()}.${type.group}/` }),
    }),
  );
  printText(texts.join('\n'));
  return 0;
}

/** Undefined where only the second of several types may not be read: what may be read is shown. */
async function readTable(
  { client }: OpenCluster,
  { type, namespace, names }: Wanted,
  { allNamespaces, selector }: GetOptions,
): Promise<ServerTable | undefined> {
  const read = (name?: string) =>
    client.request<ServerTable>('GET', resourcePath(type, { namespace, name }), {
      accept: TABLE_MEDIA_TYPE,
      query: { labelSelector: selector },
    });
  try {
    if (names.length === 0) return await read();
    const tables = await Promise.all(names.map(read));
    return { ...tables[0]!, rows: tables.flatMap(({ rows = [] }) => rows) };
  } catch (error) {
    const isExtra = allNamespaces === true && type === CLUSTER_TRACES && error instanceof KubeError;
    if (!isExtra || isMissingApi(error)) throw error;
    process.stderr.write(`waggle: cluster traces are not shown: ${error.message}\n`);
    return undefined;
  }
}

async function printObjects(
  objects: readonly TraceObject[],
  output: 'json' | 'yaml' | 'name',
  isSingle: boolean,
): Promise<void> {
  if (output === 'name') {
    printText(objects.map(({ kind, metadata }) => `${kind!.toLowerCase()}.waggle.dev/${metadata.name}\n`).join(''));
    return;
  }
  const result = isSingle ? objects[0] : { apiVersion: 'v1', kind: 'List', items: objects };
  printText(output === 'json' ? `${jsonText(result, 2)}\n` : (await import('yaml')).stringify(result));
}
