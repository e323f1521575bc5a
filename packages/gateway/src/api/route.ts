import { CLUSTER_TRACES, STREAM_GROUP, STREAM_VERSION, TRACES } from '@waggle/kube';

/** Which trace's log; `namespace` is absent for a ClusterTrace. */
export interface LogRoute {
  readonly kind: 'log';
  readonly namespace?: string;
  readonly name: string;
}

export type Route =
  | { readonly kind: 'health'; readonly what: 'live' | 'ready' }
  | { readonly kind: 'review' }
  | { readonly kind: 'group-list' }
  | { readonly kind: 'group' }
  | { readonly kind: 'resource-list' }
  | { readonly kind: 'openapi-v2' }
  | { readonly kind: 'openapi-v3-list' }
  | { readonly kind: 'openapi-v3' }
  | LogRoute;

const API = `/apis/${STREAM_GROUP}/${STREAM_VERSION}`;

const FIXED: Readonly<Record<string, Route>> = {
  '/healthz': { kind: 'health', what: 'live' },
  '/livez': { kind: 'health', what: 'live' },
  '/readyz': { kind: 'health', what: 'ready' },
  '/validate': { kind: 'review' },
  '/apis': { kind: 'group-list' },
  [`/apis/${STREAM_GROUP}`]: { kind: 'group' },
  [API]: { kind: 'resource-list' },
  '/openapi/v2': { kind: 'openapi-v2' },
  '/openapi/v3': { kind: 'openapi-v3-list' },
  [`/openapi/v3${API}`]: { kind: 'openapi-v3' },
};

const NAMESPACED = new RegExp(`^${API}/namespaces/([^/]+)/${TRACES.plural}/([^/]+)/log$`);
const CLUSTER = new RegExp(`^${API}/${CLUSTER_TRACES.plural}/([^/]+)/log$`);

/** What a path without its query means; undefined where nothing is there. */
export function routeOf(path: string): Route | undefined {
  const trimmed = path.length > 1 ? path.replace(/\/$/, '') : path;
  if (Object.hasOwn(FIXED, trimmed)) return FIXED[trimmed];
  const namespaced = NAMESPACED.exec(trimmed);
  const cluster = namespaced ?? CLUSTER.exec(trimmed);
  if (cluster === null) return undefined;
  const names = cluster.slice(1).map(decode);
  if (!names.every((name) => name !== undefined && isObjectName(name))) return undefined;
  const [first, second] = names as string[];
  return second === undefined ? { kind: 'log', name: first! } : { kind: 'log', namespace: first!, name: second };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** DNS-1123 subdomain: what names of traces are, and nothing that another path could be made of. */
function isObjectName(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text);
}
