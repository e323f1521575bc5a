import { readFileSync } from 'node:fs';
import { CapabilityError } from './capability-error.ts';

/** Bits of capability sets: include/uapi/linux/capability.h. */
const CAPABILITIES = { CAP_SYS_ADMIN: 21n, CAP_PERFMON: 38n, CAP_BPF: 39n } as const;

export type Capability = keyof typeof CAPABILITIES;

/** What loading and attaching tracing programs wants since Linux 5.8; CAP_SYS_ADMIN stands for both. */
const NEEDED: readonly Capability[] = ['CAP_BPF', 'CAP_PERFMON'];

/** Which of the needed capabilities are not in the effective set of `/proc/PID/status` (proc(5), `CapEff`). */
export function missingCapabilities(status: string): Capability[] {
  const digits = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  const effective = BigInt(`0x${digits ?? '0'}`);
  const has = (name: Capability): boolean => (effective & (1n << CAPABILITIES[name])) !== 0n;
  return has('CAP_SYS_ADMIN') ? [] : NEEDED.filter((name) => !has(name));
}

/**
 * Says in one line what is missing to trace, before anything else fails for it.
 *
 * @throws CapabilityError
 */
export function requireCapabilities(): void {
  const missing = missingCapabilities(readFileSync('/proc/self/status', 'latin1'));
  if (missing.length > 0) throw new CapabilityError(missing);
}
