/** Byte order of a machine, an ELF file or a BTF blob. */
export type ByteOrder = 'little' | 'big';

/** The byte order of typed arrays on this machine. */
export const HOST_BYTE_ORDER: ByteOrder = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

/**
 * Bytes as 32-bit words of this machine. Shares their memory where byte order and alignment allow it, else copies.
 * Bytes behind the last whole word are left out.
 */
export function wordsOf(bytes: Uint8Array, byteOrder: ByteOrder): Uint32Array {
  const count = bytes.length >>> 2;
  if (byteOrder === HOST_BYTE_ORDER && bytes.byteOffset % 4 === 0) {
    return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = view.getUint32(i * 4, byteOrder === 'little');
  return words;
}
