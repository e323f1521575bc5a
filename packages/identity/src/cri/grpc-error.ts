/** Status codes of gRPC (google.golang.org/grpc/codes), by number. */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** A call that failed: by the server's word, or on the way. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: (typeof CODES)[number];
  readonly method: string;

  constructor(code: GrpcError['code'], method: string, message: string, cause?: unknown) {
    super(`${method.slice(method.lastIndexOf('/') + 1)}: ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.method = method;
  }

  /** As a server tells it. */
  static fromStatus(status: number, method: string, message: string): GrpcError {
    const code = CODES[status] ?? 'UNKNOWN';
    return new GrpcError(code, method, message === '' ? `gRPC status ${code}` : message);
  }
}
