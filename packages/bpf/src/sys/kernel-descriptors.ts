import { readdirSync, readlinkSync } from 'node:fs';

/**
 * The BPF objects and perf events that this process holds, as the kernel lists them: what `openDescriptors` should know
 * of, seen from the other side. `anon_inode:bpf-map`, `anon_inode:bpf_link`, `anon_inode:[perf_event]`, …, sorted.
 */
export function kernelDescriptors(): readonly string[] {
  const found: string[] = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      if (/^anon_inode:(?:\[perf_event\]|bpf|btf)/.test(target)) found.push(target);
    } catch {
      // The descriptor that read the folder.
    }
  }
  return found.sort();
}
