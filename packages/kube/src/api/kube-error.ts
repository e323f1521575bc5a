/** The API server's refusal of a request: a `Status` object (k8s.io/apimachinery, meta/v1). */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  /** The HTTP status. */
  readonly code: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Expired`, `Forbidden`, `Invalid`, …; empty where the server gives none. */
  readonly reason: string;
  readonly details: KubeErrorDetails | undefined;

  constructor(status: KubeStatus, code: number) {
    super(status.message ?? `the API server answers ${code}`);
    this.code = status.code ?? code;
    this.reason = status.reason ?? '';
    this.details = status.details;
  }
}

/** The API server could not be reached, or did not speak as one. */
export class KubeConnectionError extends Error {
  override readonly name = 'KubeConnectionError';
  /**
   * - `NOT_IN_CLUSTER`: this process is in no pod that has a service account.
   * - `UNREACHABLE`: no connection, or it broke.
   * - `TIMEOUT`: no answer within the time.
   * - `BAD_ANSWER`: what came is not what an API server says.
   */
  readonly code: 'NOT_IN_CLUSTER' | 'UNREACHABLE' | 'TIMEOUT' | 'BAD_ANSWER';

  constructor(code: KubeConnectionError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** `meta/v1` `Status`, as far as errors are concerned. */
export interface KubeStatus {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: KubeErrorDetails;
}

export interface KubeErrorDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  readonly retryAfterSeconds?: number;
}

/** Whether an error is the API server's refusal for that reason. */
export function isKubeError(error: unknown, ...reasons: readonly string[]): error is KubeError {
  return error instanceof KubeError && reasons.includes(error.reason);
}
