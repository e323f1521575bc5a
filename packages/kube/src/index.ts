/** The Kubernetes API, as far as waggle speaks it: client, watches, selectors, and waggle's own resources. */
export { type InClusterOptions, inClusterConnection } from './api/in-cluster-connection.ts';
export {
  type ApplyOptions,
  type CallOptions,
  type DeleteOptions,
  type GetOptions,
  KubeClient,
  type KubeClientOptions,
  type ListOptions,
  type PatchOptions,
  type RequestOptions,
  type WriteOptions,
} from './api/kube-client.ts';
export type { KubeConnection, KubeTls } from './api/kube-connection.ts';
export { isKubeError, KubeConnectionError, KubeError, type KubeStatus } from './api/kube-error.ts';
export type { KubeList, KubeObject, ListMeta, ObjectMeta, OwnerReference } from './api/kube-object.ts';
export type { KubeStream } from './api/kube-stream.ts';
export * from './api/resource-type.ts';
export { type ResourceWatch, type WatchListener, type WatchOptions, watchResource } from './api/watch-resource.ts';
export * from './resources/constants.ts';
export { type ParsedSpec, parseTraceSpec, SPEC_LIMITS, type SpecProblem } from './resources/parse-trace-spec.ts';
export * from './resources/trace.ts';
export type { LabelOperator, LabelRequirement, LabelSelector, TextProblem } from './selectors/label-selector.ts';
export { labelKeyProblem, labelValueProblem } from './selectors/label-syntax.ts';
export { type Labels, matchesSelector } from './selectors/matches-selector.ts';
export { matchesNames, type NameList, parseNameList } from './selectors/name-list.ts';
export { type ParsedSelector, parseLabelSelector } from './selectors/parse-label-selector.ts';
export { printSelector } from './selectors/print-selector.ts';
