import { ElfError } from './elf-error.ts';

/** Bytes of the longest name that is read; without a limit, a damaged file costs hours. */
const MAX_NAME_LENGTH = 65536;

const decoder = new TextDecoder();

/** The NUL-terminated string at `offset`. @throws ElfError `damaged` where it does not end within the bytes. */
export function elfString(bytes: Uint8Array, offset: number): string {
  const text = bytes.subarray(offset, offset + MAX_NAME_LENGTH);
  const length = text.indexOf(0);
  if (length === -1)
    throw new ElfError('damaged', `string at ${offset} of ${bytes.length} bytes of strings has no end`);
  return decoder.decode(text.subarray(0, length));
}
