import { errnoInfo } from './errno.ts';
import { syscall } from './ffi.ts';
import { SYSCALL, type SyscallName } from './syscall-numbers.ts';

/** The kernel refused a system call. The message says what was wanted of it, then the kernel's word. */
export class SyscallError extends Error {
  override readonly name: string = 'SyscallError';
  /** With the subcommand where there is one: `bpf(BPF_MAP_CREATE)`. */
  readonly syscall: string;
  /** Positive. */
  readonly errno: number;
  /** `EPERM`, `EINVAL`, … */
  readonly code: string;

  /** @param what what failed, without a full stop: `cannot create map "events"`. */
  constructor(what: string, syscall: string, errno: number, cause?: unknown) {
    const { code, text } = errnoInfo(errno);
    super(`${what}: ${text} (${code} from ${syscall})`, cause === undefined ? undefined : { cause });
    this.syscall = syscall;
    this.errno = errno;
    this.code = code;
  }
}

/**
 * Makes a system call that must succeed.
 *
 * @param what what the caller wants, for the error: `cannot map a ring buffer`.
 * @throws SyscallError
 */
export function enterKernel(what: string, name: SyscallName, ...args: readonly (number | bigint)[]): number {
  const [a, b, c, d, e, f] = args;
  const result = syscall(SYSCALL[name], a, b, c, d, e, f);
  if (result < 0) throw new SyscallError(what, name, -result);
  return result;
}
