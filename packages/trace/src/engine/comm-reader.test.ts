import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CommReader } from './comm-reader.ts';

it('reads what was written, again and again, whatever lies around it', () => {
  const reader = new CommReader();
  const comm = fc.oneof(fc.string({ unit: 'grapheme-ascii', maxLength: 15 }), fc.constantFrom('café', '漢字', ''));
  fc.assert(
    fc.property(comm, fc.integer({ min: 0, max: 8 }), (text, offset) => {
      const bytes = Buffer.alloc(40, 0xff);
      bytes.fill(0, offset, offset + 16);
      bytes.write(text, offset);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      expect(reader.read(view, offset)).toBe(text);
      expect(reader.read(view, offset)).toBe(text);
    }),
    { numRuns: 200 },
  );
});

it('takes a field without a zero for what it is', () => {
  const bytes = Buffer.alloc(16, 0x61);
  expect(new CommReader().read(new DataView(bytes.buffer, bytes.byteOffset), 0)).toBe('a'.repeat(16));
});
