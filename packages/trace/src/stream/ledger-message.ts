import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Ledger } from '../ledger.ts';
import type { Ledger as LedgerMessage, LedgerSchema } from './frames_pb.ts';

/** Books of nothing. */
export const EMPTY_LEDGER: Ledger = {
  seen: 0,
  kept: 0,
  lost: { ringFull: 0, afterExit: 0, mapFull: 0, stacks: 0, nested: 0, slowReader: 0 },
  stringsCut: 0,
};

export function ledgerInit(source: number, ledger: Ledger): MessageInitShape<typeof LedgerSchema> {
  const { seen, kept, lost, stringsCut } = ledger;
  return {
    source,
    seen: BigInt(seen),
    kept: BigInt(kept),
    ringFull: BigInt(lost.ringFull),
    afterExit: BigInt(lost.afterExit),
    mapFull: BigInt(lost.mapFull),
    stacks: BigInt(lost.stacks),
    nested: BigInt(lost.nested),
    stringsCut: BigInt(stringsCut),
  };
}

/** The books of the node; what got lost on the way from there is the reader's to tell. */
export function readLedgerMessage(message: LedgerMessage): Ledger {
  return {
    seen: Number(message.seen),
    kept: Number(message.kept),
    lost: {
      ringFull: Number(message.ringFull),
      afterExit: Number(message.afterExit),
      mapFull: Number(message.mapFull),
      stacks: Number(message.stacks),
      nested: Number(message.nested),
      slowReader: 0,
    },
    stringsCut: Number(message.stringsCut),
  };
}

/** The books of two runs, or two nodes, as one. */
export function addLedgers(a: Ledger, b: Ledger): Ledger {
  return {
    seen: a.seen + b.seen,
    kept: a.kept + b.kept,
    lost: {
      ringFull: a.lost.ringFull + b.lost.ringFull,
      afterExit: a.lost.afterExit + b.lost.afterExit,
      mapFull: a.lost.mapFull + b.lost.mapFull,
      stacks: a.lost.stacks + b.lost.stacks,
      nested: a.lost.nested + b.lost.nested,
      slowReader: a.lost.slowReader + b.lost.slowReader,
    },
    stringsCut: a.stringsCut + b.stringsCut,
  };
}
