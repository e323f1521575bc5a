import { BtfError } from './btf-error.ts';

/** The strings of a blob. Those of split BTF continue where the base's end: an offset below `start` is the base's. */
export interface StringTable {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly base: StringTable | undefined;
}

/** Bytes of the longest name that is read. The kernel's own limit is 512; without one, damaged BTF costs hours. */
const MAX_NAME_LENGTH = 4096;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** @throws BtfError `bad-record` where the offset is outside the table, or the string too long for a name. */
export function readString(table: StringTable, offset: number): string {
  if (offset === 0) return '';
  const owner = ownerOf(table, offset);
  const at = offset - owner.start;
  if (at < 0 || at >= owner.bytes.length) {
    throw new BtfError('bad-record', `string at ${offset}: the strings end at ${table.start + table.bytes.length}`);
  }
  const name = owner.bytes.subarray(at, at + MAX_NAME_LENGTH + 1);
  const length = name.indexOf(0);
  if (length === -1) throw new BtfError('bad-record', `string at ${offset}: longer than ${MAX_NAME_LENGTH} bytes`);
  return decoder.decode(name.subarray(0, length));
}

/** Whether the string at `offset` is `name`, which ends with its NUL. Offsets outside the table hold nothing. */
export function stringEquals(table: StringTable, offset: number, name: Uint8Array): boolean {
  const owner = ownerOf(table, offset);
  const at = offset - owner.start;
  // Most strings are not as long as the name: the place of its NUL tells them apart at one look.
  if (owner.bytes[at + name.length - 1] !== 0) return false;
  return equalsAt(owner.bytes, at, name);
}

/** The bytes of a name with the NUL behind it. */
export function terminated(name: string): Uint8Array {
  return encoder.encode(`${name}\0`);
}

function equalsAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** FNV-1a of the string's bytes, or of the first ones where it is long. */
export function hashString(table: StringTable, offset: number): number {
  const owner = ownerOf(table, offset);
  return hashBytes(owner.bytes, offset - owner.start);
}

/** Damaged BTF may have endless strings. */
const HASHED_LENGTH = 64;

/** The hash of the bytes up to NUL, as `hashString` does it. */
export function hashBytes(bytes: Uint8Array, start: number): number {
  let hash = 0x811c9dc5;
  const end = Math.min(start + HASHED_LENGTH, bytes.length);
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 0) break;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

function ownerOf(table: StringTable, offset: number): StringTable {
  let owner = table;
  while (offset < owner.start && owner.base) owner = owner.base;
  return owner;
}
