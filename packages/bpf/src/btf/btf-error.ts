export type BtfErrorCode =
  /** The header is not one of BTF version 1. */
  | 'bad-header'
  /** A record of the blob breaks the format, or leaves its section. */
  | 'bad-record'
  /** A type id that no type has. */
  | 'no-such-type'
  /** Types that refer to each other in a circle, or too deeply or too often to follow. */
  | 'too-deep'
  /** A type that has no size: a function, a forward declaration, `void`. */
  | 'no-size'
  /** A type that cannot be written or that has no place in a program's BTF. */
  | 'cannot-write';

/** Damaged BTF, or a question that its types have no answer to. */
export class BtfError extends Error {
  override readonly name = 'BtfError';
  readonly code: BtfErrorCode;
  /** Byte in the blob; undefined where the mistake is not in one place. */
  readonly offset: number | undefined;

  constructor(code: BtfErrorCode, message: string, offset?: number) {
    super(offset === undefined ? message : `${message} (byte ${offset} of the BTF)`);
    this.code = code;
    this.offset = offset;
  }
}
