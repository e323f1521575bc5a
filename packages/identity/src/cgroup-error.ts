/** What cannot be had of the cgroup tree. */
export class CgroupError extends Error {
  override readonly name = 'CgroupError';
  /**
   * - `NO_CGROUP_V2`: the machine has only version 1, whose cgroups have no ids that BPF programs see.
   * - `NO_SUCH_CGROUP`: no such folder in the version 2 tree.
   */
  readonly code: 'NO_CGROUP_V2' | 'NO_SUCH_CGROUP';

  constructor(code: CgroupError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
