import { STREAM_GROUP, STREAM_VERSION } from '@waggle/kube';

const GROUP_VERSION = `${STREAM_GROUP}/${STREAM_VERSION}`;
const VERSION = { groupVersion: GROUP_VERSION, version: STREAM_VERSION };
const GROUP = { name: STREAM_GROUP, versions: [VERSION], preferredVersion: VERSION };

/** `/apis` */
export const GROUP_LIST = { kind: 'APIGroupList', apiVersion: 'v1', groups: [GROUP] };

/** `/apis/stream.waggle.dev` */
export const API_GROUP = { kind: 'APIGroup', apiVersion: 'v1', ...GROUP };

/**
 * `/apis/stream.waggle.dev/v1alpha1`. Only the logs are here; the objects themselves are custom resources of `waggle.dev`, and a second resource
 * called `traces` would make `kubectl get traces` ambiguous.
 */
export const RESOURCE_LIST = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: GROUP_VERSION,
  resources: [
    { name: 'traces/log', singularName: '', namespaced: true, kind: 'Trace', verbs: ['get'] },
    { name: 'clustertraces/log', singularName: '', namespaced: false, kind: 'ClusterTrace', verbs: ['get'] },
  ],
};
