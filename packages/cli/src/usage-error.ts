/** The command line asks for something that cannot be: shown as one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint?: string;

  constructor(message: string, hint?: string) {
    super(message);
    if (hint !== undefined) this.hint = hint;
  }
}
