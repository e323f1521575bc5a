import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Btf } from './btf.ts';
import { BtfError } from './btf-error.ts';
import { BtfWriter } from './btf-writer.ts';
import { findMember, memberNames } from './find-member.ts';
import { printDefinition } from './print-definition.ts';
import { printType } from './print-type.ts';
import { sampleBtf } from './sample-btf.test-kit.ts';

/** Asks everything of a blob. Returns how many questions had an answer. */
function askAll(bytes: Uint8Array): number {
  let answers = 0;
  const ask = (question: () => unknown): void => {
    try {
      question();
      answers++;
    } catch (error) {
      if (!(error instanceof BtfError)) throw error;
    }
  };
  ask(() => {
    const btf = Btf.parse(bytes);
    ask(() => btf.find('node', 'struct'));
    ask(() => btf.findAll('int'));
    ask(() => btf.enumerator('GREEN'));
    ask(() => btf.functionNamed('visit'));
    ask(() => [...btf.allOf('struct'), ...btf.namesOf('enum')]);
    ask(() => btf.typeCount);
    for (let id = 0; id < 40; id++) {
      ask(() => btf.type(id));
      ask(() => btf.resolve(id));
      ask(() => btf.sizeOf(id));
      ask(() => printType(btf, id));
      ask(() => printDefinition(btf, id, { offsets: true }));
      ask(() => findMember(btf, id, 'at.x'));
      ask(() => memberNames(btf, id));
    }
  });
  return answers;
}

describe('damaged BTF', () => {
  it('is answered or refused when bytes change', () => {
    const sample = sampleBtf();
    const change = fc.tuple(fc.nat(sample.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = sample.slice();
        for (const [at, value] of changes) bytes[at] = value;
        askAll(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused when it is cut', () => {
    const sample = sampleBtf();
    for (let length = 0; length < sample.length; length++) expect(askAll(sample.subarray(0, length))).toBe(0);
    expect(askAll(sample)).toBeGreaterThan(200);
  });

  it('is answered or refused when types are random', () => {
    const word = fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 0xffffffff }));
    const info = fc.tuple(fc.integer({ min: 1, max: 19 }), fc.nat(4), fc.boolean());
    const record = fc.tuple(word, info, word, fc.array(word, { maxLength: 12 }));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        const words = records.flatMap(([name, [kind, vlen, flag], third, rest]) => [
          name,
          ((flag ? 1 << 31 : 0) | (kind << 24) | vlen) >>> 0,
          third,
          ...rest,
        ]);
        askAll(blobOf(words));
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /^BTF of 0 bytes: at least 24 are wanted/],
    ['another magic', new Uint8Array(24), /^BTF magic 0x0: 0xeb9f is wanted/],
    ['another version', changed(2, 2), /^BTF version 2: 1 is wanted/],
    ['a far type section', changed(15, 0xff), /^BTF types at 24 to \d+: the blob has \d+ bytes/],
    ['an odd type section', changed(12, 1), /a multiple of 4 is wanted/],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => Btf.parse(bytes)).toThrow(message);
  });

  it('tells the byte of a record that is none', () => {
    expect(() => Btf.parse(blobOf([0, 0x1400_0000, 0])).typeCount).toThrow(
      expect.objectContaining({ code: 'bad-record', offset: 24 }),
    );
    expect(() => Btf.parse(blobOf([0, 0x0100_0000, 4])).type(1)).toThrow(/^BTF type 1 leaves the type section/);
    expect(() => Btf.parse(blobOf([0, 0x0100_0000])).type(1)).toThrow(/^BTF type 1 leaves the type section/);
  });

  it('ends where typedefs, arrays and structs hold themselves', () => {
    const writer = new BtfWriter();
    const typedef = writer.add({ kind: 'typedef', name: 'loop', typeId: 1 });
    const array = writer.add({ kind: 'array', elementId: 2, indexId: 2, length: 2 });
    const members = [{ name: '', typeId: 3, offsetBits: 0, bitfieldSizeBits: 0 }];
    const struct = writer.add({ kind: 'struct', name: '', sizeBytes: 4, members });
    const proto = writer.add({
      kind: 'function-proto',
      returnId: 4,
      params: [
        { name: 'a', typeId: 4 },
        { name: 'b', typeId: 4 },
      ],
    });
    const variable = writer.add({ kind: 'variable', name: 'v', typeId: 6, linkage: 'static' });
    writer.add({ kind: 'array', elementId: variable, indexId: 0, length: 1 });
    const btf = Btf.parse(writer.finish());
    const tooDeep = expect.objectContaining({ code: 'too-deep' });
    expect(() => btf.resolve(typedef)).toThrow(tooDeep);
    expect(() => btf.sizeOf(array)).toThrow(tooDeep);
    expect(() => btf.sizeOf(variable)).toThrow(expect.objectContaining({ code: 'no-size' }));
    expect(() => printType(btf, array)).toThrow(tooDeep);
    expect(() => printType(btf, proto)).toThrow(tooDeep);
    expect(() => printDefinition(btf, struct)).toThrow(tooDeep);
    expect(findMember(btf, struct, 'x')).toBeUndefined();
    expect(memberNames(btf, struct)).toEqual([]);
  });
});

function changed(at: number, value: number): Uint8Array {
  const bytes = sampleBtf();
  bytes[at] = value;
  return bytes;
}

/** A blob with these words for types, and the strings of the sample. */
function blobOf(words: readonly number[]): Uint8Array {
  const sample = sampleBtf();
  const strings = sample.subarray(24 + new DataView(sample.buffer).getUint32(16, true));
  const bytes = new Uint8Array(24 + words.length * 4 + strings.length);
  bytes.set(sample.subarray(0, 24));
  const view = new DataView(bytes.buffer);
  view.setUint32(12, words.length * 4, true);
  view.setUint32(16, words.length * 4, true);
  for (const [i, word] of words.entries()) view.setUint32(24 + i * 4, word, true);
  bytes.set(strings, 24 + words.length * 4);
  return bytes;
}
