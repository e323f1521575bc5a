/**
 * What the compiler asks about the machine that a script is to run on. The compiler itself does no I/O: `trace` answers
 * from the running kernel, tests from a fixture, `waggle check` on a laptop from whatever is there.
 */
import type { BtfTypes } from '@waggle/bpf/btf';

export interface KernelFacts {
  /** Absent where the kernel has no BTF: what needs it gets a diagnostic. */
  readonly btf?: BtfTypes;
  /**
   * Every `category:name`; for wildcards and suggestions. Undefined where nobody tells, as without privileges: the tracepoints of a script are
   * then taken as they are, and nothing that depends on their arguments is checked.
   */
  tracepoints(): readonly string[] | undefined;
  /** The text of the event's `format` file; undefined where there is no such event. */
  tracepointFormat(category: string, name: string): string | undefined;
  /** Names of traceable functions, for kprobe and fentry wildcards. Empty where the kernel does not tell. */
  kernelFunctions(): readonly string[];
  /** Function symbols of a binary that match a glob; undefined where the file cannot be read. */
  userFunctions(path: string, pattern: string): readonly UserFunction[] | undefined;
  /** Path of a binary or a library's short name (`libc`); undefined where it is not found. */
  resolveBinary(name: string): string | undefined;
  /** Online CPUs, and the largest possible CPU count. */
  readonly cpus: { readonly online: number; readonly possible: number };
  /** `x64` or `arm64`: registers of `argN`, `retval`, `reg()`. */
  readonly architecture: 'x64' | 'arm64';
  /** `[major, minor]` of the running kernel: gates code that older kernels refuse. */
  readonly kernelVersion: readonly [number, number];
  /** Kernel symbol to address, for `kaddr()`; undefined where it is not there. */
  kernelAddress(symbol: string): bigint | undefined;
}

export interface UserFunction {
  readonly name: string;
  /** Offset in the file. */
  readonly fileOffset: number;
}
