import type { TraceObject } from '@waggle/kube';

/** Whose events a trace sees, in words: `pods with app=cart of namespace shop, on node-a`. */
export function targetText({ kind, metadata, spec: { target = {} } }: TraceObject): string {
  const { namespaces, pods, containers, workloads, nodes, selector, host } = target;
  const where = nodes?.length ? `, on ${list(nodes, 'nodes')}` : '';
  if (host) return `everything${where}`;
  const parts = [
    containers?.length ? `${list(containers, 'containers')} of ` : '',
    pods?.length ? `${list(pods, 'pods')}` : 'pods',
    selector ? ` with ${selector}` : '',
    workloads?.length ? ` of ${list(workloads, 'workloads')}` : '',
    kind === 'ClusterTrace'
      ? namespaces?.length
        ? ` in ${list(namespaces, 'namespaces')}`
        : ' of all namespaces'
      : ` of namespace ${metadata.namespace}`,
  ];
  return parts.join('') + where;
}

/** `pods a, b`, `pods other than c`, `pods a, b but not c`. */
function list(entries: readonly string[], noun: string): string {
  const included = entries.filter((entry) => !entry.startsWith('!')).join(', ');
  const excluded = entries
    .filter((entry) => entry.startsWith('!'))
    .map((entry) => entry.slice(1))
    .join(', ');
  if (included === '') return `${noun} other than ${excluded}`;
  return `${noun} ${included}${excluded === '' ? '' : ` but not ${excluded}`}`;
}
