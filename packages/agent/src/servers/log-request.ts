import type { TraceKind } from '@waggle/kube';

/** Whose log is wanted, and from where on. */
export interface LogRequest {
  readonly kind: TraceKind;
  /** Empty for a ClusterTrace. */
  readonly namespace: string;
  readonly name: string;
  /** Whether to wait for what is still to come. */
  readonly follow: boolean;
  /** The run that `from` counts in. */
  readonly run?: string;
  /** Ordinal of a record. */
  readonly from: bigint;
}

const PATH = /^\/v1\/(?:namespaces\/([^/]+)\/traces|clustertraces)\/([^/]+)\/log$/;
const MAX_ORDINAL = 2n ** 64n - 1n;

/**
 * `/v1/namespaces/NS/traces/NAME/log?follow=true&run=ID&from=ORDINAL`, `/v1/clustertraces/NAME/log`. Undefined where it is another path; a text where a
 * parameter cannot be.
 */
export function parseLogRequest(url: string): LogRequest | string | undefined {
  const { pathname, searchParams } = new URL(url, 'https://agent');
  const match = PATH.exec(pathname);
  if (match === null) return undefined;
  const [namespace, name] = [match[1] ?? '', match[2]!].map(decode);
  if (namespace === undefined || name === undefined) return 'the path is not well encoded';
  const follow = searchParams.get('follow') ?? 'false';
  if (follow !== 'true' && follow !== 'false') return `follow: expected true or false, found "${follow}"`;
  const from = searchParams.get('from') ?? '0';
  if (!/^\d{1,20}$/.test(from) || BigInt(from) > MAX_ORDINAL) return `from: expected an ordinal, found "${from}"`;
  const run = searchParams.get('run');
  const kind = match[1] === undefined ? 'ClusterTrace' : 'Trace';
  return { kind, namespace, name, follow: follow === 'true', from: BigInt(from), ...(run !== null && { run }) };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
