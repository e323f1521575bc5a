/** A target that is not there. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly code: 'NO_SUCH_PROCESS' | 'INVALID_COMM';

  constructor(code: TargetError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
