export type AsmErrorCode =
  | 'duplicate-label'
  | 'missing-label'
  | 'jump-too-far'
  | 'immediate-out-of-range'
  | 'offset-out-of-range'
  | 'invalid-instruction'
  | 'invalid-bytes'
  | 'invalid-text';

/** An instruction list, program bytes or assembly text that means no program. */
export class AsmError extends Error {
  override readonly name = 'AsmError';
  readonly code: AsmErrorCode;
  /**
   * What `at` counts depends on who throws: the index in the instruction list (`assemble`), the slot of 8 bytes
   * (`disassemble`), or the 1-based line of the text (`parseInstructions`).
   */
  readonly at: number | undefined;

  constructor(code: AsmErrorCode, message: string, at?: number) {
    super(message);
    this.code = code;
    this.at = at;
  }
}
