/** Why the cluster cannot do what it was asked to; the message is for the person who asked. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}
