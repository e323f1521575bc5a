import type { KernelName } from './kernels.ts';

/** A machine that gave no exit code. */
export class VmError extends Error {
  readonly code: 'timeout' | 'aborted' | 'no-answer';
  readonly kernel: KernelName;
  /** The end of what its kernel wrote to the console. */
  readonly kernelLog: string;

  constructor(code: VmError['code'], kernel: KernelName, what: string, kernelLog: string) {
    const lines = kernelLog.trim().split('\n').slice(-40).join('\n  ');
    super(`the machine with Linux ${kernel} ${what}${lines === '' ? '' : `\n  ${lines}`}`);
    this.name = 'VmError';
    this.code = code;
    this.kernel = kernel;
    this.kernelLog = kernelLog;
  }
}
