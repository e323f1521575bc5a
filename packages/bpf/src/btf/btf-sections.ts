import type { ByteOrder } from '../asm/byte-order.ts';
import { wordsOf } from '../asm/byte-order.ts';
import { BtfError } from './btf-error.ts';
import { BTF_HEADER_SIZE, BTF_MAGIC, BTF_VERSION } from './btf-format.ts';

/** The two sections of a blob, in this machine's byte order. */
export interface BtfSections {
  readonly byteOrder: ByteOrder;
  /** The type section, word by word. */
  readonly words: Uint32Array;
  /** Where the type section starts in the blob, for error messages. */
  readonly typesOffset: number;
  /** The string section: NUL-terminated strings, the last byte a NUL. */
  readonly strings: Uint8Array;
}

/**
 * Finds and checks the sections of a blob, of either byte order. Shares memory with `bytes` where it can.
 * @param isSplit The strings continue those of a base, so that the first one need not be empty.
 * @throws BtfError `bad-header`.
 */
export function readSections(bytes: Uint8Array, isSplit: boolean): BtfSections {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < BTF_HEADER_SIZE) {
    throw new BtfError('bad-header', `BTF of ${bytes.length} bytes: at least ${BTF_HEADER_SIZE} are wanted`, 0);
  }
  const byteOrder = byteOrderOf(view);
  const little = byteOrder === 'little';
  const version = view.getUint8(2);
  if (version !== BTF_VERSION) throw new BtfError('bad-header', `BTF version ${version}: 1 is wanted`, 2);

  const headerSize = view.getUint32(4, little);
  const section = (field: number, what: string): readonly [start: number, end: number] => {
    const start = headerSize + view.getUint32(field, little);
    const end = start + view.getUint32(field + 4, little);
    if (headerSize < BTF_HEADER_SIZE || end > bytes.length) {
      throw new BtfError('bad-header', `BTF ${what} at ${start} to ${end}: the blob has ${bytes.length} bytes`, field);
    }
    return [start, end];
  };
  const [typesStart, typesEnd] = section(8, 'types');
  const [stringsStart, stringsEnd] = section(16, 'strings');
  if ((typesEnd - typesStart) % 4 !== 0) {
    throw new BtfError('bad-header', `BTF types of ${typesEnd - typesStart} bytes: a multiple of 4 is wanted`, 12);
  }
  return {
    byteOrder,
    words: wordsOf(bytes.subarray(typesStart, typesEnd), byteOrder),
    typesOffset: typesStart,
    strings: checkStrings(bytes.subarray(stringsStart, stringsEnd), stringsStart, isSplit),
  };
}

function byteOrderOf(view: DataView): ByteOrder {
  if (view.getUint16(0, true) === BTF_MAGIC) return 'little';
  if (view.getUint16(0, false) === BTF_MAGIC) return 'big';
  throw new BtfError('bad-header', `BTF magic 0x${view.getUint16(0, true).toString(16)}: 0xeb9f is wanted`, 0);
}

function checkStrings(strings: Uint8Array, offset: number, isSplit: boolean): Uint8Array {
  if (strings.length === 0 && isSplit) return strings;
  if (strings.length === 0 || (strings[0] !== 0 && !isSplit)) {
    throw new BtfError('bad-header', 'BTF strings that do not start with the empty one', offset);
  }
  if (strings.at(-1) !== 0) {
    throw new BtfError('bad-header', 'BTF strings whose last has no end', offset + strings.length - 1);
  }
  return strings;
}
