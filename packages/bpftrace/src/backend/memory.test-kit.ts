import type { AtomicOp } from '@waggle/bpf/asm';

/** Bytes at made-up addresses that know whether they were written. Reading what was not is an error, as it is for the verifier. */
export class Memory {
  readonly #areas: { readonly start: bigint; readonly bytes: Uint8Array; readonly written: Uint8Array }[] = [];

  /** Gives the address of new bytes; initialised where contents are given. */
  allocate(sizeBytes: number, contents?: Uint8Array): bigint {
    const start = 0x10_0000n + BigInt(this.#areas.length) * 0x1_0000n;
    const bytes = new Uint8Array(sizeBytes);
    const written = new Uint8Array(sizeBytes);
    if (contents) {
      bytes.set(contents);
      written.fill(1);
    }
    this.#areas.push({ start, bytes, written });
    return start;
  }

  /** Little endian. */
  read(address: bigint, size: number): bigint {
    const { bytes, written, offset } = this.#locate(address, size);
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) {
      if (!written[offset + i]) throw new Error(`byte ${offset + i} of ${bytes.length} is read before it is written`);
      value = (value << 8n) | BigInt(bytes[offset + i]!);
    }
    return value;
  }

  write(address: bigint, size: number, value: bigint): void {
    const { bytes, written, offset } = this.#locate(address, size);
    for (let i = 0; i < size; i++) {
      bytes[offset + i] = Number((value >> BigInt(i * 8)) & 0xffn);
      written[offset + i] = 1;
    }
  }

  /** Gives the old value. */
  atomic(op: AtomicOp, address: bigint, size: 4 | 8, value: bigint): bigint {
    const old = this.read(address, size);
    const operand = BigInt.asUintN(size * 8, value);
    const results: Partial<Record<AtomicOp, bigint>> = {
      add: old + operand,
      and: old & operand,
      or: old | operand,
      xor: old ^ operand,
      xchg: operand,
    };
    const result = results[op];
    if (result === undefined) throw new Error(`no interpretation of atomic ${op}`);
    this.write(address, size, result);
    return old;
  }

  #locate(address: bigint, size: number) {
    const area = this.#areas.find(
      ({ start, bytes }) => address >= start && address + BigInt(size) <= start + BigInt(bytes.length),
    );
    if (!area) throw new Error(`${size} bytes at 0x${address.toString(16)} are nowhere`);
    return { ...area, offset: Number(address - area.start) };
  }
}

/** probe_read_kernel of address 0, which fails and so zeroes the destination; get_current_pid_tgid, some constant. */
export function runHelper(helper: number, args: readonly bigint[], memory: Memory): bigint {
  if (helper === 113) {
    for (let i = 0n; i < args[1]!; i++) memory.write(args[0]! + i, 1, 0n);
    return BigInt.asUintN(64, -34n);
  }
  if (helper === 14) return 0x1234_5678_9abcn;
  throw new Error(`no interpretation of helper ${helper}`);
}
