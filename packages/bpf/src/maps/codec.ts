/** How a value of a fixed size stands in memory, in the machine's (little-endian) byte order. */
export interface Codec<T> {
  readonly sizeBytes: number;
  /** What C aligns it to inside a struct. */
  readonly alignBytes: number;
  read(from: Buffer, offset: number): T;
  write(into: Buffer, offset: number, value: T): void;
}

export const u8: Codec<number> = {
  sizeBytes: 1,
  alignBytes: 1,
  read: (from, offset) => from.readUInt8(offset),
  write: (into, offset, value) => void into.writeUInt8(value, offset),
};

export const u16: Codec<number> = {
  sizeBytes: 2,
  alignBytes: 2,
  read: (from, offset) => from.readUInt16LE(offset),
  write: (into, offset, value) => void into.writeUInt16LE(value, offset),
};

export const u32: Codec<number> = {
  sizeBytes: 4,
  alignBytes: 4,
  read: (from, offset) => from.readUInt32LE(offset),
  write: (into, offset, value) => void into.writeUInt32LE(value, offset),
};

export const i32: Codec<number> = {
  sizeBytes: 4,
  alignBytes: 4,
  read: (from, offset) => from.readInt32LE(offset),
  write: (into, offset, value) => void into.writeInt32LE(value, offset),
};

export const u64: Codec<bigint> = {
  sizeBytes: 8,
  alignBytes: 8,
  read: (from, offset) => from.readBigUInt64LE(offset),
  write: (into, offset, value) => void into.writeBigUInt64LE(value, offset),
};

export const i64: Codec<bigint> = {
  sizeBytes: 8,
  alignBytes: 8,
  read: (from, offset) => from.readBigInt64LE(offset),
  write: (into, offset, value) => void into.writeBigInt64LE(value, offset),
};

/** `u8[sizeBytes]`, copied on reading. @throws RangeError for another length on writing. */
export function bytes(sizeBytes: number): Codec<Uint8Array> {
  return {
    sizeBytes,
    alignBytes: 1,
    read: (from, offset) => Uint8Array.from(from.subarray(offset, offset + sizeBytes)),
    write(into, offset, value) {
      if (value.length !== sizeBytes) throw new RangeError(`${value.length} bytes, expected ${sizeBytes}`);
      into.set(value, offset);
    },
  };
}

/** `char[sizeBytes]`: UTF-8 up to the first zero byte. Longer text is cut so that a zero byte still fits. */
export function string(sizeBytes: number): Codec<string> {
  return {
    sizeBytes,
    alignBytes: 1,
    read(from, offset) {
      const end = from.indexOf(0, offset);
      const limit = offset + sizeBytes;
      return from.toString('utf8', offset, end < 0 || end > limit ? limit : end);
    },
    write(into, offset, value) {
      into.fill(0, offset, offset + sizeBytes);
      into.write(value, offset, sizeBytes - 1, 'utf8');
    },
  };
}

/** A C struct: members in order, each aligned as C aligns it, the whole rounded up to its largest alignment. */
export function struct<T extends object>(members: { readonly [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const names = Object.keys(members) as (keyof T)[];
  const offsets: number[] = [];
  let end = 0;
  let alignBytes = 1;
  for (const name of names) {
    const member = members[name];
    const at = alignUp(end, member.alignBytes);
    offsets.push(at);
    end = at + member.sizeBytes;
    alignBytes = Math.max(alignBytes, member.alignBytes);
  }
  const sizeBytes = alignUp(end, alignBytes);
  return {
    sizeBytes,
    alignBytes,
    read(from, offset) {
      return Object.fromEntries(names.map((name, i) => [name, members[name].read(from, offset + offsets[i]!)])) as T;
    },
    write(into, offset, value) {
      // The gaps are part of a key's identity in the kernel: always zero.
      into.fill(0, offset, offset + sizeBytes);
      for (const [i, name] of names.entries()) members[name].write(into, offset + offsets[i]!, value[name]);
    },
  };
}

/** `codec`'s value as bytes of its own. */
export function encode<T>(codec: Codec<T>, value: T): Buffer {
  const into = Buffer.alloc(codec.sizeBytes);
  codec.write(into, 0, value);
  return into;
}

function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
