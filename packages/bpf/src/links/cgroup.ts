import { openSync } from 'node:fs';
import { CGROUP_HOOKS } from '../programs/attach-types.ts';
import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { bpfAttr, tryBpf } from '../sys/bpf.ts';
import { EBADF, EINVAL } from '../sys/errno.ts';
import { Fd } from '../sys/fd.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';
import { type Link, linkOf } from './link.ts';

type CgroupSpec = Extract<AttachSpec, { kind: 'cgroup' }>;

/**
 * Attaches to a hook of a cgroup v2 folder and all below it, beside what others attached there (Linux 5.7).
 *
 * @throws UnsupportedError where the folder is no cgroup v2 or the kernel lacks the hook; SyscallError; the file
 *   system's error.
 */
export function attachCgroup(program: Program, spec: CgroupSpec): Link {
  const { attachType, since } = CGROUP_HOOKS[spec.hook];
  const name = `cgroup hook ${spec.hook} of ${spec.path}`;
  using folder = new Fd(openSync(spec.path, 'r'), `cgroup ${spec.path}`);
  const result = tryBpf('BPF_LINK_CREATE', bpfAttr(32).u32(0, program.fd).u32(4, folder.number).u32(8, attachType));
  if (result >= 0) return linkOf(spec, new Fd(result, `link of ${name}`));
  const error = new SyscallError(`cannot attach "${program.name}" to ${name}`, 'bpf(BPF_LINK_CREATE)', -result);
  if (result === -EBADF) {
    throw new UnsupportedError(name, `${spec.path} is no folder of a cgroup v2 hierarchy`, undefined, error);
  }
  if (result === -EINVAL) throw new UnsupportedError(name, 'refused by this kernel', since, error);
  throw error;
}
