import type { CgroupHook } from '../spec/index.ts';

/** enum bpf_attach_type, include/uapi/linux/bpf.h: those that name no cgroup hook. */
export const ATTACH_TYPES = {
  BPF_TRACE_RAW_TP: 23,
  BPF_TRACE_FENTRY: 24,
  BPF_TRACE_FEXIT: 25,
  BPF_MODIFY_RETURN: 26,
  BPF_TRACE_ITER: 28,
  BPF_PERF_EVENT: 41,
} as const;

/** enum bpf_attach_type of each cgroup hook, and the first Linux release with it. */
export const CGROUP_HOOKS: Readonly<Record<CgroupHook, { readonly attachType: number; readonly since: string }>> = {
  'inet-ingress': { attachType: 0, since: '4.10' },
  'inet-egress': { attachType: 1, since: '4.10' },
  'inet-sock-create': { attachType: 2, since: '4.10' },
  'sock-ops': { attachType: 3, since: '4.13' },
  device: { attachType: 6, since: '4.15' },
  'inet4-bind': { attachType: 8, since: '4.17' },
  'inet6-bind': { attachType: 9, since: '4.17' },
  'inet4-connect': { attachType: 10, since: '4.17' },
  'inet6-connect': { attachType: 11, since: '4.17' },
  'inet4-post-bind': { attachType: 12, since: '4.17' },
  'inet6-post-bind': { attachType: 13, since: '4.17' },
  'udp4-sendmsg': { attachType: 14, since: '4.18' },
  'udp6-sendmsg': { attachType: 15, since: '4.18' },
  sysctl: { attachType: 18, since: '5.2' },
  'udp4-recvmsg': { attachType: 19, since: '5.2' },
  'udp6-recvmsg': { attachType: 20, since: '5.2' },
  getsockopt: { attachType: 21, since: '5.3' },
  setsockopt: { attachType: 22, since: '5.3' },
  'inet-sock-release': { attachType: 34, since: '5.9' },
};
