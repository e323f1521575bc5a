import { ElfError } from './elf-error.ts';
import { SECTION_TYPE, SEGMENT_TYPE } from './elf-format.ts';
import { viewOf } from './elf-source.ts';
import type { Elf } from './read-elf.ts';
import { sectionBytes, segmentBytes } from './read-elf.ts';

/** A record of a note section: `u32 namesz, descsz, type`, name and description, each padded. */
export interface ElfNote {
  /** Who defined the type: `GNU`, `stapsdt`. */
  readonly name: string;
  readonly type: number;
  readonly description: Uint8Array;
}

const NOTE_HEADER_SIZE = 12;
const NT_GNU_BUILD_ID = 3;
const decoder = new TextDecoder();

/** All notes of a file: of its note sections or, where section headers were removed, of its note segments. */
export function* readNotes(elf: Elf): Iterable<ElfNote> {
  const sections = elf.sections.filter((section) => section.type === SECTION_TYPE.NOTE);
  for (const section of sections) yield* notesOf(elf, sectionBytes(elf, section), section.alignment);
  if (sections.length > 0) return;
  for (const segment of elf.segments) {
    if (segment.type === SEGMENT_TYPE.NOTE) yield* notesOf(elf, segmentBytes(elf, segment), segment.alignment);
  }
}

/** The build id as lower-case hexadecimal digits; undefined where the linker gave none. */
export function buildId(elf: Elf): string | undefined {
  for (const note of readNotes(elf)) {
    if (note.name !== 'GNU' || note.type !== NT_GNU_BUILD_ID) continue;
    return Array.from(note.description, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  return undefined;
}

function* notesOf(elf: Elf, bytes: Uint8Array, alignment: number): Iterable<ElfNote> {
  const view = viewOf(bytes);
  const little = elf.byteOrder === 'little';
  // Only `.note.gnu.property` is aligned to 8; the padding follows the section's alignment.
  const pad = (offset: number) => (alignment === 8 ? (offset + 7) & ~7 : (offset + 3) & ~3);
  let at = 0;
  while (at + NOTE_HEADER_SIZE <= bytes.length) {
    const nameStart = at + NOTE_HEADER_SIZE;
    const nameEnd = nameStart + view.getUint32(at, little);
    const start = pad(nameEnd);
    const end = start + view.getUint32(at + 4, little);
    if (nameEnd > bytes.length || end > bytes.length) {
      throw new ElfError('damaged', `note at ${at} of ${bytes.length} bytes of notes leaves them`);
    }
    const [name = ''] = decoder.decode(bytes.subarray(nameStart, nameEnd)).split('\0');
    yield { name, type: view.getUint32(at + 8, little), description: bytes.subarray(start, end) };
    at = pad(end);
  }
}
