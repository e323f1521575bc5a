import type { IrFunction } from '../ir/ir.ts';
import { calleesOf } from './callees.ts';
import type { FrameLayout } from './frame-layout.ts';

/** MAX_BPF_STACK: bytes of all frames of a chain of calls. */
export const FRAME_LIMIT = 512;

/** The verifier counts each frame in steps of this many bytes, and an empty one as one (check_max_stack_depth). */
const FRAME_STEP = 32;

/** The script needs more room in the frame than there is. */
export interface FrameOverflow {
  readonly kind: 'frame-overflow';
  /** Bytes of the deepest chain of calls, as the verifier counts. */
  readonly needed: number;
  readonly limit: number;
  /** The slots of that chain, largest first. */
  readonly largest: readonly { readonly function: string; readonly name: string; readonly sizeBytes: number }[];
}

interface Framed {
  readonly fn: IrFunction;
  readonly frame: FrameLayout;
  readonly frameBytes: number;
}

/** Slots that an overflow names. */
const NAMED_SLOTS = 5;

/** Adds up the frames of the deepest chain; the first function is the main one. */
export function checkFrames(
  functions: readonly Framed[],
  limit: number,
): FrameOverflow | { readonly kind: 'fits'; readonly bytes: number } {
  const byName = new Map(functions.map((one) => [one.fn.name, one]));
  const deepest = (one: Framed, above: ReadonlySet<Framed>): { bytes: number; chain: readonly Framed[] } => {
    let below: { bytes: number; chain: readonly Framed[] } = { bytes: 0, chain: [] };
    const path = new Set(above).add(one);
    for (const name of calleesOf(one.fn)) {
      const callee = byName.get(name);
      // The verifier refuses recursion by itself.
      if (!callee || path.has(callee)) continue;
      const chain = deepest(callee, path);
      if (chain.bytes > below.bytes) below = chain;
    }
    const own = Math.ceil(Math.max(one.frameBytes, 1) / FRAME_STEP) * FRAME_STEP;
    return { bytes: own + below.bytes, chain: [one, ...below.chain] };
  };
  const { bytes, chain } = deepest(functions[0]!, new Set());
  if (bytes <= limit) return { kind: 'fits', bytes };
  const largest = chain
    .flatMap(({ fn, frame }) =>
      fn.slots
        .filter((slot) => frame.offsets.has(slot.id))
        .map((slot) => ({ function: fn.name, name: slot.name, sizeBytes: slot.sizeBytes })),
    )
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, NAMED_SLOTS);
  return { kind: 'frame-overflow', needed: bytes, limit, largest };
}
