/** An agent could not be called, or did not give what it was asked for. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  /**
   * - `UNREACHABLE`: no connection, or it broke.
   * - `TIMEOUT`: silent for too long.
   * - `REFUSED`: it answered, but not with a stream.
   */
  readonly code: 'UNREACHABLE' | 'TIMEOUT' | 'REFUSED';
  /** The HTTP status of what it answered. */
  readonly status: number | undefined;

  constructor(
    code: AgentError['code'],
    message: string,
    more: { readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.status = more.status;
  }
}
