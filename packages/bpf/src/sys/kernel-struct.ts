import { addressOf } from './ffi.ts';

/**
 * A C struct to hand to the kernel, filled in by the byte offsets of its header, little-endian (both supported
 * architectures are). It keeps every buffer it points to alive; whoever passes its address calls `release` after the
 * call, so that neither is collected while the kernel reads them.
 */
export class KernelStruct {
  readonly bytes: Buffer;
  readonly #pointees: Uint8Array[] = [];

  constructor(sizeBytes: number) {
    this.bytes = Buffer.alloc(sizeBytes);
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  address(): number {
    return addressOf(this.bytes);
  }

  release(): void {
    this.#pointees.length = 0;
  }

  u16(offset: number, value: number): this {
    this.bytes.writeUInt16LE(value, offset);
    return this;
  }

  u32(offset: number, value: number): this {
    this.bytes.writeUInt32LE(value >>> 0, offset);
    return this;
  }

  u64(offset: number, value: bigint | number): this {
    this.bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), offset);
    return this;
  }

  /** The address of `bytes`; NULL for nothing and for empty arrays. */
  pointer(offset: number, bytes: Uint8Array | undefined): this {
    if (bytes === undefined || bytes.length === 0) return this;
    this.#pointees.push(bytes);
    return this.u64(offset, addressOf(bytes));
  }

  /** The address of `text` as a C string. */
  stringPointer(offset: number, text: string): this {
    return this.pointer(offset, Buffer.from(`${text}\0`));
  }

  /** `text` in place, cut so that a zero byte ends it within `sizeBytes`. */
  chars(offset: number, text: string, sizeBytes: number): this {
    this.bytes.write(text, offset, sizeBytes - 1, 'latin1');
    return this;
  }

  readU32(offset: number): number {
    return this.bytes.readUInt32LE(offset);
  }

  readU64(offset: number): bigint {
    return this.bytes.readBigUInt64LE(offset);
  }

  /** The C string in place. */
  readChars(offset: number, sizeBytes: number): string {
    const field = this.bytes.subarray(offset, offset + sizeBytes);
    const end = field.indexOf(0);
    return field.toString('latin1', 0, end < 0 ? sizeBytes : end);
  }
}
