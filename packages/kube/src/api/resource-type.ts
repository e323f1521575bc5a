/** A kind of objects, and where the API server has them. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** In paths: `pods`. */
  readonly plural: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
}

/** Which of them. */
export interface ResourcePlace {
  /** Absent: those of all namespaces, or a cluster-wide kind. */
  readonly namespace?: string | undefined;
  /** Absent: the collection. */
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

export const PODS = core('pods', 'Pod');
export const SECRETS = core('secrets', 'Secret');
export const CONFIG_MAPS = core('configmaps', 'ConfigMap');
export const SERVICES = core('services', 'Service');
export const SERVICE_ACCOUNTS = core('serviceaccounts', 'ServiceAccount');
export const EVENTS = core('events', 'Event');
export const NODES: ResourceType = { ...core('nodes', 'Node'), isNamespaced: false };
export const NAMESPACES: ResourceType = { ...core('namespaces', 'Namespace'), isNamespaced: false };

function core(plural: string, kind: string): ResourceType {
  return { group: '', version: 'v1', plural, kind, isNamespaced: true };
}

/** `/api/v1/namespaces/shop/pods/cart-1/log`, `/apis/waggle.dev/v1alpha1/traces` */
export function resourcePath(type: ResourceType, { namespace, name, subresource }: ResourcePlace = {}): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const parts = [
    ...(type.isNamespaced && namespace !== undefined ? ['namespaces', namespace] : []),
    type.plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `${root}/${parts.map(encodeURIComponent).join('/')}`;
}

/** `v1`, `apps/v1`: the `apiVersion` of its objects. */
export function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}
