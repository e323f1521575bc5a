/** A recording cannot be written, or not be read as a whole. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  readonly code: 'CANNOT_WRITE' | 'CANNOT_READ' | 'DAMAGED' | 'CUT';
  readonly path: string;

  constructor(code: RecordingError['code'], path: string, cause: unknown) {
    super(`${HEADLINES[code]} ${path}: ${(cause as Error).message}`, { cause });
    this.code = code;
    this.path = path;
  }
}

const HEADLINES: Readonly<Record<RecordingError['code'], string>> = {
  CANNOT_WRITE: 'cannot write the recording',
  CANNOT_READ: 'cannot read the recording',
  DAMAGED: 'cannot unpack the recording',
  CUT: 'cannot show the end of',
};
