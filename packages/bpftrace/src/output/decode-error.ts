/** A record or a map entry that does not hold what its layout says: damaged, or of another script. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code: 'record-too-short' | 'field-out-of-bounds' | 'entry-too-short';
  /** What was being decoded: a field's or a map's name. */
  readonly subject: string;
  readonly wantedBytes: number;
  readonly availableBytes: number;

  constructor(code: DecodeError['code'], subject: string, wantedBytes: number, availableBytes: number) {
    super(`cannot decode ${subject}: ${availableBytes} bytes, expected at least ${wantedBytes}`);
    this.code = code;
    this.subject = subject;
    this.wantedBytes = wantedBytes;
    this.availableBytes = availableBytes;
  }
}
