/** A file, library or symbol that a name was to be found in is not there, or has no such name. */
export class SymbolError extends Error {
  override readonly name = 'SymbolError';
  readonly code: 'NO_SUCH_FILE' | 'NO_SUCH_SYMBOL' | 'NOT_CODE' | 'BAD_FILE';
  readonly path: string;
  readonly symbol: string | undefined;

  constructor(code: SymbolError['code'], message: string, path: string, symbol?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
    this.symbol = symbol;
  }
}
