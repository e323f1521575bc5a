/** `meta/v1` `Status`: how the Kubernetes API says that something went wrong. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly code: number;
  readonly details?: { readonly name?: string; readonly group?: string; readonly kind?: string };
}

/** HTTP status of each reason (k8s.io/apimachinery, `meta/v1/types.go`). */
const CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  NotFound: 404,
  MethodNotAllowed: 405,
  RequestEntityTooLarge: 413,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
} as const;

export type Reason = keyof typeof CODES;

export function failure(reason: Reason, message: string, details?: Status['details']): Status {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' } as const;
  return { ...status, message, reason, code: CODES[reason], ...(details && { details }) };
}
