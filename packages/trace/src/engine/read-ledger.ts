import type { BpfMap } from '@waggle/bpf';
import { INTERNAL_MAPS, LEDGER } from '@waggle/bpftrace';
import type { Ledger } from '../ledger.ts';
import type { KernelObjects } from './kernel-objects.ts';

/** What this side counts of a trace. */
export interface Arrivals {
  /** Records read from the ring buffer. */
  readonly kept: number;
  /** Records that lay behind the script's `exit()` and were dropped. */
  readonly afterExit: number;
}

/**
 * The books of a trace at this moment: exact once its programs have ended and the ring buffer is empty, and before that short
 * only of what is under way.
 */
export function readLedger(objects: KernelObjects, { kept, afterExit }: Arrivals): Ledger {
  const [ringFull, mapFull, stringsCut, stacks] = readCounters(objects.maps.get(INTERNAL_MAPS.ledger));
  const nested = objects.programs.reduce((sum, { program }) => sum + Number(program.info().recursionMisses), 0);
  return {
    seen: kept + ringFull + afterExit,
    kept,
    lost: { ringFull, afterExit, mapFull, stacks, nested, slowReader: 0 },
    stringsCut,
  };
}

const NOTHING = [0, 0, 0, 0] as const;

/** Sums over CPUs. A script that cannot lose anything has no ledger map. */
function readCounters(
  map: BpfMap | undefined,
): readonly [ringFull: number, mapFull: number, stringCut: number, stackLost: number] {
  const values = map?.lookup(Buffer.alloc(4));
  if (values === undefined) return NOTHING;
  const sum = (offset: number): number => {
    let total = 0n;
    for (let cpu = 0; cpu < values.length; cpu += LEDGER.sizeBytes) total += values.readBigUInt64LE(cpu + offset);
    return Number(total);
  };
  return [sum(LEDGER.ringFull), sum(LEDGER.mapFull), sum(LEDGER.stringCut), sum(LEDGER.stackLost)];
}
