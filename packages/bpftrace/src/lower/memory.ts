import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, FunctionBuilder } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import { accessSize, asArgument, behind } from './address.ts';

/** Up to here, bytes are moved by loads and stores; beyond, by a call that costs about as much. */
const INLINE_BYTES = 128;

/** Fills with zeros. */
export function zeroBytes(b: FunctionBuilder, to: Address, sizeBytes: number): void {
  if (sizeBytes > INLINE_BYTES) {
    // A refused read of address 0 clears its destination: the kernel's memset, in one call.
    b.callVoid(HELPER_IDS.probe_read_kernel, [asArgument(b, to), imm(sizeBytes), imm(0)]);
    return;
  }
  for (let done = 0; done < sizeBytes; ) {
    const size = accessSize(to, done, sizeBytes - done);
    b.store(size, behind(to, done), imm(0));
    done += size;
  }
}

/** Copies between places that do not overlap. */
export function copyBytes(b: FunctionBuilder, to: Address, from: Address, sizeBytes: number): void {
  if (sizeBytes > INLINE_BYTES) {
    b.callVoid(HELPER_IDS.probe_read_kernel, [asArgument(b, to), imm(sizeBytes), asArgument(b, from)]);
    return;
  }
  for (let done = 0; done < sizeBytes; ) {
    const size = Math.min(accessSize(to, done, sizeBytes - done), accessSize(from, done, sizeBytes - done)) as
      | 1
      | 2
      | 4
      | 8;
    b.store(size, behind(to, done), reg(b.load(size, behind(from, done))));
    done += size;
  }
}

/** Stores known bytes and zeros behind them, `sizeBytes` in all. */
export function storeBytes(b: FunctionBuilder, to: Address, bytes: Uint8Array, sizeBytes: number): void {
  for (let done = 0; done < sizeBytes; ) {
    if (done >= bytes.length && sizeBytes - done > INLINE_BYTES) {
      zeroBytes(b, behind(to, done), sizeBytes - done);
      return;
    }
    const size = accessSize(to, done, sizeBytes - done);
    b.store(size, behind(to, done), b.value(wordOf(bytes, done, size)));
    done += size;
  }
}

/** The `size` bytes at `offset` as a little-endian number, sign-extended; zeros behind the end. */
export function wordOf(bytes: Uint8Array, offset: number, size: 1 | 2 | 4 | 8): bigint {
  let word = 0n;
  for (let i = size - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[offset + i] ?? 0);
  return BigInt.asIntN(size * 8, word);
}
