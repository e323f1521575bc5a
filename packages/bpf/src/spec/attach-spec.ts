/** Where a program runs, as a description. */
export type AttachSpec =
  /** Run once by `BPF_PROG_TEST_RUN` when the owner says so (a raw tracepoint program; Linux 5.10). */
  | { readonly kind: 'test-run' }
  | { readonly kind: 'tracepoint'; readonly category: string; readonly name: string }
  /** `btf: true`: a typed raw tracepoint (`tp_btf`, Linux 5.5); otherwise BPF_RAW_TRACEPOINT_OPEN by name (4.17). */
  | { readonly kind: 'raw-tracepoint'; readonly name: string; readonly btf: boolean; readonly module?: string }
  | {
      readonly kind: 'kprobe';
      readonly function: string;
      readonly offset: number;
      readonly return: boolean;
      readonly module?: string;
    }
  /** fentry, fexit, fmod_ret (Linux 5.5, x86-64; 6.0, arm64). */
  | {
      readonly kind: 'tracing';
      readonly at: 'entry' | 'exit' | 'modify-return';
      readonly function: string;
      readonly module?: string;
    }
  /** `offset` is added to the symbol's file offset; without a symbol it is a file offset. Without `pid`, every process. */
  | {
      readonly kind: 'uprobe';
      readonly path: string;
      readonly symbol?: string;
      readonly offset: number;
      readonly return: boolean;
      readonly pid?: number;
      /** File offset of a USDT semaphore. */
      readonly semaphoreOffset?: number;
    }
  /** A perf event on each CPU (or on one), every `period` events or `frequency` times a second. */
  | {
      readonly kind: 'perf-event';
      readonly type: 'software' | 'hardware' | 'hw-cache' | 'raw';
      readonly config: bigint;
      readonly sample: { readonly period: bigint } | { readonly frequency: number };
      readonly cpus: 'all' | 'one';
      readonly pid?: number;
    }
  | { readonly kind: 'iterator'; readonly target: string; readonly map?: string }
  | { readonly kind: 'cgroup'; readonly hook: CgroupHook; readonly path: string }
  | { readonly kind: 'socket-filter'; readonly interface?: string };

/** enum bpf_attach_type, the cgroup ones. */
export type CgroupHook =
  | 'inet-ingress'
  | 'inet-egress'
  | 'inet-sock-create'
  | 'inet-sock-release'
  | 'sock-ops'
  | 'device'
  | 'inet4-bind'
  | 'inet6-bind'
  | 'inet4-connect'
  | 'inet6-connect'
  | 'inet4-post-bind'
  | 'inet6-post-bind'
  | 'udp4-sendmsg'
  | 'udp6-sendmsg'
  | 'udp4-recvmsg'
  | 'udp6-recvmsg'
  | 'sysctl'
  | 'getsockopt'
  | 'setsockopt';
