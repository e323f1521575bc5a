import { createRequire } from 'node:module';
import type koffi from 'koffi';

/** One argument of a system call: an integer, or an address from `addressOf`. */
type Word = number | bigint;

interface RawSyscall {
  (nr: Word, a: Word, b: Word, c: Word, d: Word, e: Word, f: Word): number;
  async(
    nr: Word,
    a: Word,
    b: Word,
    c: Word,
    d: Word,
    e: Word,
    f: Word,
    done: (error: Error | null, result: number) => void,
  ): void;
}

/** A descriptor that libuv watches. */
export interface PollHandle {
  close(): void;
  ref(): void;
  unref(): void;
}

interface Native {
  readonly koffi: typeof koffi;
  readonly syscall: RawSyscall;
}

let native: Native | undefined;

/**
 * koffi's own loader reads and matches ELF headers and takes 12-16 ms; opening its binary directly takes 4 ms, of a
 * start-up budget of 75. Where that binary is missing or does not load (musl, a build from source), koffi's loader has
 * the word.
 */
function loadKoffi(): typeof koffi {
  const require = createRequire(import.meta.url);
  const module: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(module, require.resolve(`@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`));
    return module.exports as typeof koffi;
  } catch {
    return require('koffi') as typeof koffi;
  }
}

/**
 * The one function this project declares: `long syscall(long number, ...)`. Opened at the first call, not at import.
 */
function open(): Native {
  const loaded = loadKoffi();
  const syscall = loaded.load(null).func('syscall', 'long', ['long', 'long', 'long', 'long', 'long', 'long', 'long']);
  native = { koffi: loaded, syscall: syscall as unknown as RawSyscall };
  return native;
}

/**
 * Enters the kernel: syscall(2). About 0.4 µs beside the kernel's own time.
 *
 * @returns the result, or the negative errno (as the kernel itself returns it).
 */
export function syscall(
  nr: number,
  a: Word = 0,
  b: Word = 0,
  c: Word = 0,
  d: Word = 0,
  e: Word = 0,
  f: Word = 0,
): number {
  const { koffi, syscall } = native ?? open();
  const result = syscall(nr, a, b, c, d, e, f);
  return result === -1 ? -koffi.errno() : result;
}

/**
 * The same on a thread of libuv's pool, for calls that block.
 *
 * @returns the result, or -1: the error stays on that thread.
 */
export function syscallOnThread(nr: number, a: Word = 0, b: Word = 0, c: Word = 0): Promise<number> {
  const { syscall } = native ?? open();
  return new Promise((resolve, reject) => {
    syscall.async(nr, a, b, c, 0, 0, 0, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

/**
 * Where `bytes` lie in memory. The address holds as long as the array's buffer lives: the caller keeps a reference to
 * it until the kernel is done. User-space addresses are below 2^53, so a number carries them exactly.
 */
export function addressOf(bytes: Uint8Array): number {
  return Number((native ?? open()).koffi.address(bytes));
}

/** An ArrayBuffer over `sizeBytes` of foreign memory, not copied. Reading it after munmap is a segmentation fault. */
export function viewMemory(address: number, sizeBytes: number): ArrayBuffer {
  return (native ?? open()).koffi.view(BigInt(address), sizeBytes);
}

/**
 * Has libuv watch a descriptor for readability, level-triggered, in the event loop's own epoll: no thread waits.
 *
 * `onReadable` must not throw and must not run much: it is called from C, outside of Node.js's callback scope, so
 * neither promises nor `process.nextTick` are served after it. `setImmediate` in it runs in the same turn of the loop.
 */
export function pollReadable(fd: number, onReadable: () => void): PollHandle {
  return (native ?? open()).koffi.node.poll(fd, { readable: true }, onReadable);
}
