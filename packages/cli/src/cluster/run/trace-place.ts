import { type ResourceType, resourcePath, STREAM_GROUP, STREAM_VERSION } from '@waggle/kube';

/** Where in the cluster a trace is. */
export interface TracePlace {
  readonly type: ResourceType;
  readonly name: string;
  /** Absent: a ClusterTrace. */
  readonly namespace?: string | undefined;
}

/** The path of a trace's log in the aggregated API. */
export function logPath({ type, name, namespace }: TracePlace): string {
  const served = { ...type, group: STREAM_GROUP, version: STREAM_VERSION };
  return resourcePath(served, { namespace, name, subresource: 'log' });
}

/** `shop/opensnoop-x7k2p` */
export function placeText({ name, namespace }: TracePlace): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
