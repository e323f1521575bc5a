/** Where numbers for kernel addresses begin: in the last page's neighbourhood, where no code is. */
const FIRST = 0xffff_ffff_ffff_0000n - 0x1_0000_0000n;

/**
 * Numbers in place of kernel addresses: equal ones for equal addresses, in order of appearance. Whoever may see only some pods learns from them what the
 * kernel's functions are called, and not where the kernel lies (KASLR).
 */
export class HiddenAddresses {
  readonly #numbers = new Map<bigint, bigint>();

  numberOf(address: bigint): bigint {
    let number = this.#numbers.get(address);
    if (number === undefined) {
      number = FIRST + BigInt(this.#numbers.size);
      this.#numbers.set(address, number);
    }
    return number;
  }
}
