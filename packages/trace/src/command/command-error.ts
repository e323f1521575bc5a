/** Why a command cannot be started in a cgroup of its own. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: 'NOT_FOUND' | 'NOT_EXECUTABLE' | 'NO_CGROUP' | 'NOT_STARTED';
  /** As a shell would exit: 127, 126; 1 for what is not the command's fault. */
  readonly exitCode: number;

  constructor(code: CommandError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exitCode = code === 'NOT_FOUND' ? 127 : code === 'NOT_EXECUTABLE' ? 126 : 1;
  }
}
