import type { KubeObject, ResourceType } from '@waggle/kube';

/** The kinds that waggle's manifests have, in the order in which they are made: what others need comes first. */
export const MANIFEST_KINDS: readonly ResourceType[] = [
  { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', isNamespaced: false },
  {
    ...named('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition'),
    isNamespaced: false,
  },
  { ...named('scheduling.k8s.io', 'v1', 'priorityclasses', 'PriorityClass'), isNamespaced: false },
  named('', 'v1', 'serviceaccounts', 'ServiceAccount'),
  { ...named('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole'), isNamespaced: false },
  { ...named('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding'), isNamespaced: false },
  named('rbac.authorization.k8s.io', 'v1', 'roles', 'Role'),
  named('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding'),
  named('', 'v1', 'configmaps', 'ConfigMap'),
  named('', 'v1', 'secrets', 'Secret'),
  named('', 'v1', 'services', 'Service'),
  named('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy'),
  named('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  named('policy', 'v1beta1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  named('apps', 'v1', 'daemonsets', 'DaemonSet'),
  named('apps', 'v1', 'deployments', 'Deployment'),
  { ...named('apiregistration.k8s.io', 'v1', 'apiservices', 'APIService'), isNamespaced: false },
  {
    ...named('admissionregistration.k8s.io', 'v1', 'validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'),
    isNamespaced: false,
  },
];

function named(group: string, version: string, plural: string, kind: string): ResourceType {
  return { group, version, plural, kind, isNamespaced: true };
}

/** The type of a manifest's object; undefined for kinds that are not in the list. */
export function manifestType({ apiVersion, kind }: KubeObject): ResourceType | undefined {
  return MANIFEST_KINDS.find(
    (type) => type.kind === kind && (type.group === '' ? type.version : `${type.group}/${type.version}`) === apiVersion,
  );
}

/** `daemonset.apps/waggle-agent`, as kubectl says it. */
export function objectName(type: ResourceType, name: string): string {
  return `${type.kind.toLowerCase()}${type.group === '' ? '' : `.${type.group}`}/${name}`;
}
