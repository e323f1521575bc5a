import { KubeConnectionError, KubeError } from '@waggle/kube';
import { ClusterError } from './cluster-error.ts';

/** Makes of an API server's refusal what a user can act on; other errors stay as they are. */
export function explainError(error: unknown): unknown {
  if (error instanceof KubeConnectionError) {
    return new ClusterError('UNREACHABLE', error.message, {
      hint: 'kubectl cluster-info, with the same flags, may say more',
      cause: error,
    });
  }
  if (!(error instanceof KubeError)) return error;
  switch (error.code) {
    case 401:
      return new ClusterError('REFUSED', `the cluster does not know who you are: ${error.message}`, {
        hint: 'the credentials of the kubeconfig may have expired',
        cause: error,
      });
    case 403:
      return forbidden(error);
    case 404:
      return isMissingApi(error) ? notDeployed(error) : new ClusterError('FAILED', error.message, { cause: error });
    default:
      return new ClusterError('FAILED', error.message, { cause: error });
  }
}

/** Whether the API server does not know the path, rather than the object: then the server that serves it, or its definition, is not there. */
export function isMissingApi({ code, details }: KubeError): boolean {
  return code === 404 && !details?.name;
}

export function notDeployed(cause?: unknown): ClusterError {
  return new ClusterError('NOT_DEPLOYED', 'waggle is not deployed in this cluster', {
    hint: 'kubectl waggle deploy',
    cause,
  });
}

/** `User "jane" cannot create resource "traces" in API group "waggle.dev" in the namespace "shop"` */
const DENIAL = /cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/;

function forbidden(error: KubeError): ClusterError {
  const [, verb, resource = '', group = '', namespace] = DENIAL.exec(error.message) ?? [];
  const hint = verb === undefined || !group.endsWith('waggle.dev') ? undefined : grantHint(verb, resource, namespace);
  return new ClusterError('REFUSED', error.message, { ...(hint !== undefined && { hint }), cause: error });
}

const READING: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** The least of waggle's roles that would allow it. */
function grantHint(verb: string, resource: string, namespace: string | undefined): string {
  const binding = namespace === undefined ? 'a cluster role binding' : `a role binding in namespace ${namespace}`;
  const role = resource.startsWith('clustertraces')
    ? 'waggle-admin'
    : READING.has(verb)
      ? 'waggle-viewer'
      : 'waggle-tracer';
  return `"${verb}" on ${resource} is missing: ${binding} to ClusterRole ${role} grants it`;
}
