export type StreamErrorCode =
  /** The first frame is no `hello`: something else than a stream. */
  | 'NOT_A_STREAM'
  /** A newer waggle wrote it. */
  | 'UNSUPPORTED_VERSION'
  /** Not what frames.proto says. */
  | 'DAMAGED'
  /** A frame, or a moment's maps, beyond the limit. */
  | 'TOO_LARGE'
  /** It ended before its `end` frame. */
  | 'CUT';

/** A stream that cannot be read. What came before the place has been delivered. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly code: StreamErrorCode;
  /** Bytes from the start of the (uncompressed) stream to the frame that is wrong. */
  readonly offset: number;
  readonly hint?: string;

  constructor(code: StreamErrorCode, offset: number, detail: string, hint?: string) {
    super(`${HEADLINES[code]} at byte ${offset}: ${detail}`);
    this.code = code;
    this.offset = offset;
    if (hint !== undefined) this.hint = hint;
  }
}

const HEADLINES: Readonly<Record<StreamErrorCode, string>> = {
  NOT_A_STREAM: 'not a stream of waggle',
  UNSUPPORTED_VERSION: 'a stream of a newer waggle',
  DAMAGED: 'the stream is damaged',
  TOO_LARGE: 'the stream is damaged',
  CUT: 'the stream is cut',
};

/** What a frame says cannot be; whoever knows where the frame lies makes a `StreamError` of it. */
export class FrameProblem extends Error {
  override readonly name = 'FrameProblem';
  readonly code: StreamErrorCode;

  constructor(detail: string, code: StreamErrorCode = 'DAMAGED') {
    super(detail);
    this.code = code;
  }
}
