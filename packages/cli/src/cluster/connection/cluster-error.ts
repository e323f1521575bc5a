/** The cluster cannot be used, for a reason that the user can do something about: shown as a line and a hint, exit code 1. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  /**
   * - `NO_CLUSTER`: nothing says where one is.
   * - `KUBECONFIG`: what says so is not right.
   * - `UNREACHABLE`: it does not answer.
   * - `NOT_DEPLOYED`: it has no waggle.
   * - `REFUSED`: it does not allow it.
   * - `FAILED`: anything else.
   */
  readonly code: 'NO_CLUSTER' | 'KUBECONFIG' | 'UNREACHABLE' | 'NOT_DEPLOYED' | 'REFUSED' | 'FAILED';
  readonly hint?: string;

  constructor(code: ClusterError['code'], message: string, { hint, cause }: { hint?: string; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (hint !== undefined) this.hint = hint;
  }
}
