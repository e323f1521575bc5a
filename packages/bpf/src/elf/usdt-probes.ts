import { fileOffsetOf } from './address-map.ts';
import { ElfError } from './elf-error.ts';
import { viewOf } from './elf-source.ts';
import { elfString } from './elf-string.ts';
import type { ElfNote } from './notes.ts';
import { readNotes } from './notes.ts';
import type { Elf } from './read-elf.ts';
import { findSection } from './read-elf.ts';

/** One place of a statically defined probe: a name may have several. */
export interface UsdtProbe {
  readonly provider: string;
  readonly name: string;
  /** Virtual address of the probe's `nop`. */
  readonly location: bigint;
  /** Address of `.stapsdt.base` when the note was written; `location` and `semaphore` are corrected by it already. */
  readonly base: bigint;
  /** Virtual address of the 16-bit counter of listeners; 0 where the probe has none. */
  readonly semaphore: bigint;
  /** Where the arguments lie, in assembler terms: `-4@%edi 8@-16(%rbp)`. */
  readonly args: string;
  /** File offset of `location`; undefined where no segment maps it. */
  readonly offset: number | undefined;
  /** File offset of the semaphore, if there is one. */
  readonly semaphoreOffset: number | undefined;
}

const STAPSDT_TYPE = 3;

/**
 * The USDT probes of a file: the notes that `sys/sdt.h` leaves in `.note.stapsdt`.
 * @throws ElfError `damaged`.
 */
export function readUsdtProbes(elf: Elf): UsdtProbe[] {
  const section = findSection(elf, '.note.stapsdt');
  if (section === undefined) return [];
  const probes: UsdtProbe[] = [];
  for (const note of readNotes(elf)) {
    if (note.name === 'stapsdt' && note.type === STAPSDT_TYPE) probes.push(parseProbe(elf, note));
  }
  return probes;
}

/** `u64 location, base, semaphore; char provider[], name[], args[]`. */
function parseProbe(elf: Elf, note: ElfNote): UsdtProbe {
  const bytes = note.description;
  if (bytes.length < 24) throw new ElfError('damaged', `USDT note of ${bytes.length} bytes: at least 24 are wanted`);
  const view = viewOf(bytes);
  const little = elf.byteOrder === 'little';
  const base = view.getBigUint64(8, little);
  // Prelinking moves the sections but not the notes: the base tells how far.
  const moved = (findSection(elf, '.stapsdt.base')?.address ?? base) - base;
  const location = BigInt.asUintN(64, view.getBigUint64(0, little) + moved);
  const unmovedSemaphore = view.getBigUint64(16, little);
  const semaphore = unmovedSemaphore === 0n ? 0n : BigInt.asUintN(64, unmovedSemaphore + moved);

  const [provider, name, args] = threeStrings(bytes.subarray(24));
  return {
    provider,
    name,
    location,
    base,
    semaphore,
    args,
    offset: fileOffsetOf(elf, location),
    semaphoreOffset: semaphore === 0n ? undefined : fileOffsetOf(elf, semaphore),
  };
}

function threeStrings(bytes: Uint8Array): readonly [string, string, string] {
  const secondStart = bytes.indexOf(0) + 1;
  const thirdStart = bytes.indexOf(0, secondStart) + 1;
  return [elfString(bytes, 0), elfString(bytes, secondStart), elfString(bytes, thirdStart)];
}
