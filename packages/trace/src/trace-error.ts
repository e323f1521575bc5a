import type { Diagnostic } from '@waggle/bpftrace';

/** The kernel did not take a script that the compiler was content with: at places of the script, told like diagnostics. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  /**
   * - `LOAD_REFUSED`: the verifier, or the kernel for want of a feature, refused a program.
   * - `ATTACH_FAILED`: one or more hooks are not there, or not to be had.
   * - `MAP_REFUSED`: a map could not be made.
   */
  readonly code: 'LOAD_REFUSED' | 'ATTACH_FAILED' | 'MAP_REFUSED';
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: TraceError['code'], diagnostics: readonly Diagnostic[], cause: unknown) {
    super(diagnostics.map(({ message }) => message).join('\n'), { cause });
    this.code = code;
    this.diagnostics = diagnostics;
  }
}
