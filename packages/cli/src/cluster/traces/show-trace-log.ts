import { KubeError, type TraceObject } from '@waggle/kube';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { isMissingApi, notDeployed } from '../connection/explain-error.ts';
import { openCluster } from '../connection/open-cluster.ts';
import type { ViewOptions } from '../run/run-in-cluster.ts';
import { showLog } from '../run/show-log.ts';
import { traceReference } from './trace-reference.ts';

export interface ShowTraceLogOptions extends ConnectionOptions, ViewOptions {
  readonly follow: boolean;
}

/** `waggle logs`, `waggle attach`: gives the exit code. */
export async function showTraceLog(word: string, options: ShowTraceLogOptions): Promise<number> {
  const { type, name } = traceReference(word);
  using cluster = await openCluster(options);
  const { client } = cluster;
  const namespace = type.isNamespaced ? (options.namespace ?? cluster.namespace) : undefined;
  // Its own words for what is not there, before a stream is tried.
  await client.get<TraceObject>(type, { name, namespace }).catch((error: unknown) => {
    throw error instanceof KubeError && isMissingApi(error) ? notDeployed(error) : error;
  });
  return showLog({ client, place: { type, name, namespace }, options, follow: options.follow });
}
