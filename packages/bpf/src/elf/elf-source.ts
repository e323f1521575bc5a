import { ElfError } from './elf-error.ts';

/**
 * Where the bytes of a file come from. Executables may have a hundred megabytes, of which symbols and notes are a
 * few: whoever opens the file reads just the ranges that are asked for.
 */
export interface ElfSource {
  readonly sizeBytes: number;
  /** Exactly those bytes; never asked for more than the file has. They must not change afterwards. */
  read(offset: number, length: number): Uint8Array;
}

/** A file that is in memory already. */
export function bytesSource(bytes: Uint8Array): ElfSource {
  return {
    sizeBytes: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/** @throws ElfError `damaged` where the range is not within the file, or the file is shorter than it was. */
export function readRange(source: ElfSource, offset: number, length: number, what: string): Uint8Array {
  // Written so that NaN fails too.
  if (!(offset >= 0 && length >= 0 && offset + length <= source.sizeBytes)) {
    const range = `${length} bytes at ${offset}`;
    throw new ElfError('damaged', `${what}: ${range}: the file has ${source.sizeBytes} bytes`);
  }
  const bytes = source.read(offset, length);
  if (bytes.length !== length) {
    throw new ElfError('damaged', `${what}: ${bytes.length} bytes were read, ${length} are wanted`, offset);
  }
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
