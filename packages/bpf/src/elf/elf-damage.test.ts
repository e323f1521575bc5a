import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, fileOffsetOf } from './address-map.ts';
import { readDebugLink } from './debug-link.ts';
import { ElfError } from './elf-error.ts';
import { buildId, readNotes } from './notes.ts';
import { readElf, sectionBytes } from './read-elf.ts';
import { readRelocations } from './relocations.ts';
import { sampleElf } from './sample-elf.test-kit.ts';
import { readSymbols } from './symbol-table.ts';
import { readUsdtProbes } from './usdt-probes.ts';

/** Asks everything of a file. Returns how many questions had an answer. */
function askAll(bytes: Uint8Array): number {
  let answers = 0;
  const ask = (question: () => unknown): void => {
    try {
      question();
      answers++;
    } catch (error) {
      if (!(error instanceof ElfError)) throw error;
    }
  };
  ask(() => {
    const elf = readElf(bytes);
    for (const section of elf.sections.slice(0, 100)) {
      ask(() => sectionBytes(elf, section));
      ask(() => readRelocations(elf, section));
    }
    ask(() => [...readNotes(elf)]);
    ask(() => buildId(elf));
    ask(() => readUsdtProbes(elf));
    ask(() => readDebugLink(elf));
    ask(() => fileOffsetOf(elf, 0x1024n));
    ask(() => addressOf(elf, 240));
    for (const name of ['.symtab', '.dynsym'] as const) {
      ask(() => {
        const table = readSymbols(elf, name);
        ask(() => table?.find('alloc'));
        ask(() => table?.functionAt(0x1038n));
        ask(() => [...(table?.functions() ?? [])]);
        ask(() => table?.symbol(table.count - 1));
      });
    }
  });
  return answers;
}

describe('a damaged ELF file', () => {
  it('is answered or refused when bytes change', () => {
    for (const byteOrder of ['little', 'big'] as const) {
      const sample = sampleElf(byteOrder);
      const change = fc.tuple(
        fc.nat(sample.length - 1),
        fc.oneof(fc.constantFrom(0, 1, 0x7f, 0xff), fc.integer({ min: 0, max: 255 })),
      );
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
          const bytes = sample.slice();
          for (const [at, value] of changes) bytes[at] = value;
          askAll(bytes);
        }),
        { numRuns: 300 },
      );
    }
  });

  it('is refused when its headers are changed to anything', () => {
    const sample = sampleElf('little');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 58, maxLength: 58 }), (header) => {
        const bytes = sample.slice();
        bytes.set(header, 6);
        askAll(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused when it is cut, as the section headers come last', () => {
    const sample = sampleElf('big');
    for (let length = 0; length < sample.length; length += 7) {
      expect(askAll(sample.subarray(0, length))).toBe(0);
    }
    expect(askAll(sample)).toBeGreaterThan(20);
  });
});
