import type { ResourceType } from '../api/resource-type.ts';

/** What the parts of waggle in a cluster must agree on. */

export const WAGGLE_GROUP = 'waggle.dev';
export const WAGGLE_VERSION = 'v1alpha1';
/** `apiVersion` of traces. */
export const WAGGLE_API_VERSION = `${WAGGLE_GROUP}/${WAGGLE_VERSION}`;

export const TRACES: ResourceType = {
  group: WAGGLE_GROUP,
  version: WAGGLE_VERSION,
  plural: 'traces',
  kind: 'Trace',
  isNamespaced: true,
};

export const CLUSTER_TRACES: ResourceType = {
  group: WAGGLE_GROUP,
  version: WAGGLE_VERSION,
  plural: 'clustertraces',
  kind: 'ClusterTrace',
  isNamespaced: false,
};

/** The aggregated API of the gateway. */
export const STREAM_GROUP = 'stream.waggle.dev';
export const STREAM_VERSION = 'v1alpha1';

/** RFC 3339; an interactive client writes it anew three times in `spec.heartbeatSeconds`. */
export const HEARTBEAT_ANNOTATION = 'waggle.dev/heartbeat';

/** What an agent and the gateway send as a trace's log. */
export const FRAMES_MEDIA_TYPE = 'application/vnd.waggle.frames';

export const AGENT_LABELS = { 'app.kubernetes.io/name': 'waggle', 'app.kubernetes.io/component': 'agent' } as const;
export const GATEWAY_LABELS = { 'app.kubernetes.io/name': 'waggle', 'app.kubernetes.io/component': 'gateway' } as const;

/** HTTPS of the agent: streams, for the gateway alone. */
export const AGENT_PORT = 8444;
/** HTTPS of the gateway. */
export const GATEWAY_PORT = 8443;
/** Plain HTTP of both: `/healthz`, `/readyz`. */
export const HEALTH_PORT = 8081;

/** In the agents' server certificate. */
export const AGENT_SERVER_NAME = 'waggle-agent';
/** Common name of the certificate that the gateway shows to agents. */
export const GATEWAY_CLIENT_NAME = 'waggle-gateway';

/** Where both find certificate, key and authority: `tls.crt`, `tls.key`, `ca.crt`. */
export const TLS_FOLDER = '/etc/waggle/tls';
