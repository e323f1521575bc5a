import { readFileSync } from 'node:fs';
import { UnsupportedError } from '../sys/unsupported-error.ts';

/** The perf "devices" that make probes (Linux 4.17): no entry in tracefs, gone with their descriptor. */
export type ProbeKind = 'kprobe' | 'uprobe';

export interface ProbePmu {
  /** `type` of perf_event_attr. */
  readonly type: number;
  /** The bit of `config` that makes it fire on return. */
  readonly returnBit: bigint;
}

const DEVICES = '/sys/bus/event_source/devices';

/** @throws UnsupportedError where the kernel is built without such probes. */
export function probePmu(kind: ProbeKind): ProbePmu {
  try {
    const type = Number(readFileSync(`${DEVICES}/${kind}/type`, 'latin1'));
    const format = readFileSync(`${DEVICES}/${kind}/format/retprobe`, 'latin1');
    const bit = /^config:(\d+)/.exec(format)?.[1] ?? '0';
    return { type, returnBit: 1n << BigInt(bit) };
  } catch (cause) {
    const option = kind === 'kprobe' ? 'CONFIG_KPROBE_EVENTS' : 'CONFIG_UPROBE_EVENTS';
    throw new UnsupportedError(`${kind}s`, `this kernel is built without ${option}`, '4.17', cause);
  }
}
