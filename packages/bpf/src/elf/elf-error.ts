export type ElfErrorCode =
  /** Not an ELF file at all. */
  | 'not-elf'
  /** An ELF file of another class than ELF64. */
  | 'not-elf64'
  /** Something in the file lies outside of it, or breaks the format. */
  | 'damaged';

/** A file that is no ELF file that can be read here. */
export class ElfError extends Error {
  override readonly name = 'ElfError';
  readonly code: ElfErrorCode;
  /** Byte in the file; undefined where the mistake is not in one place. */
  readonly offset: number | undefined;

  constructor(code: ElfErrorCode, message: string, offset?: number) {
    super(offset === undefined ? message : `${message} (byte ${offset} of the file)`);
    this.code = code;
    this.offset = offset;
  }
}
