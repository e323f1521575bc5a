import { readFileSync } from 'node:fs';
import { viewMemory } from './ffi.ts';
import { enterKernel } from './syscall-error.ts';

export const PROT_READ = 1;
export const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_PRIVATE = 2;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;

/** The size of a page in bytes: what mmap(2) and ring buffers count in. */
export const PAGE_SIZE = process.arch === 'arm64' ? readPageSize() : 4096;

function readPageSize(): number {
  // AT_PAGESZ (6) of the auxiliary vector: arm64 kernels are built with pages of 4, 16 or 64 KiB.
  const entries = new BigUint64Array(Uint8Array.from(readFileSync('/proc/self/auxv')).buffer);
  for (let at = 0; at + 1 < entries.length; at += 2) if (entries[at] === 6n) return Number(entries[at + 1]);
  return 4096;
}

interface Range {
  readonly address: number;
  readonly sizeBytes: number;
}

/** Gives the addresses of a closed mapping back once nothing can read them any more. */
const unreachable = new FinalizationRegistry<Range>(({ address, sizeBytes }) => {
  enterKernel('cannot unmap memory', 'munmap', address, sizeBytes);
});

/**
 * Memory shared with the kernel.
 *
 * `close` ends the sharing: views of `buffer` that someone kept read zeros from then on. (JavaScript cannot take a view
 * away, and reading unmapped memory would end the process: so empty pages lie there, which take no memory, until the
 * buffer is collected.)
 */
export class Mapping {
  readonly buffer: ArrayBuffer;
  readonly #range: Range;
  #open = true;

  /** @throws SyscallError, in the words of `what`. */
  constructor(what: string, fd: number, sizeBytes: number, protection: number, offset = 0) {
    const address = enterKernel(what, 'mmap', 0, sizeBytes, protection, MAP_SHARED, fd, offset);
    this.#range = { address, sizeBytes };
    this.buffer = viewMemory(address, sizeBytes);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const { address, sizeBytes } = this.#range;
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    enterKernel('cannot unmap memory', 'mmap', address, sizeBytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    unreachable.register(this.buffer, this.#range);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
