import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatText } from './facts.test-kit.ts';
import { parseTracepointFormat } from './tracepoint-format.ts';

describe('parseTracepointFormat', () => {
  it.each([
    ['int dfd', 16, 8, 0, { name: 'dfd', type: 'int' }],
    ['const char * filename', 24, 8, 0, { name: 'filename', type: 'const char *' }],
    ['const char *const * argv', 24, 8, 0, { name: 'argv', type: 'const char *const *' }],
    ['char prev_comm[16]', 8, 16, 0, { name: 'prev_comm', type: 'char', length: 16 }],
    ['unsigned long args[6]', 16, 48, 0, { name: 'args', type: 'unsigned long', length: 6 }],
    ['__u8 saddr[AF_LEN]', 16, 4, 0, { name: 'saddr', type: '__u8', length: 4 }],
    ['__data_loc char[] filename', 8, 4, 0, { name: 'filename', type: 'char', length: 0, location: 'record' }],
    ['__rel_loc u32[] words', 8, 4, 0, { name: 'words', type: 'u32', length: 0, location: 'field' }],
    ['enum skb_drop_reason reason', 8, 4, 0, { name: 'reason', type: 'enum skb_drop_reason' }],
    ['int (*fn)(struct work *)', 8, 8, 0, { name: 'fn', type: 'void *' }],
    ['pid_t pid', 12, 4, 1, { name: 'pid', type: 'pid_t' }],
  ] as const)('%s', (text, offset, sizeBytes, sign, expected) => {
    const format = parseTracepointFormat(formatText('event', 7, [[text, offset, sizeBytes, sign]]));
    expect(format).toEqual({
      name: 'event',
      id: 7,
      fields: [{ offset, sizeBytes, signed: sign === 1, ...expected }],
    });
  });

  it('is undefined where the text is something else', () => {
    expect(parseTracepointFormat('')).toBeUndefined();
    expect(parseTracepointFormat('field:int x; offset:0; size:4; signed:1;')).toBeUndefined();
  });

  it('leaves out fields that make no sense', () => {
    const text = formatText('event', 7, [
      ['', 8, 4, 0],
      ['int', 12, 4, 0],
      ['int good', 16, 4, 1],
    ]);
    expect(parseTracepointFormat(text)?.fields.map((field) => field.name)).toEqual(['good']);
  });

  it('survives damaged text', () => {
    const whole = formatText('event', 7, [['__data_loc char[] name', 8, 4, 0]]);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.string(), fc.nat(10), (at, inserted, removed) => {
        const fields = parseTracepointFormat(whole.slice(0, at) + inserted + whole.slice(at + removed))?.fields ?? [];
        expect(fields.every((field) => Number.isSafeInteger(field.sizeBytes))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
