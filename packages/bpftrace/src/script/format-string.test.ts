import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversion } from './format-string.ts';
import { parseFormat } from './format-string.ts';

function segments(text: string) {
  const parsed = parseFormat(text);
  return 'format' in parsed ? parsed.format.segments : parsed.error;
}

function plain(conversion: Conversion['conversion'], more: Partial<Conversion> = {}): Conversion {
  const flags = { left: false, plus: false, space: false, alternate: false, zero: false };
  return { kind: 'conversion', conversion, length: '', ...more, flags: { ...flags, ...more.flags } };
}

describe('parseFormat', () => {
  it.each([
    ['', []],
    ['hello\n', [{ kind: 'literal', text: 'hello\n' }]],
    ['%d', [plain('d')]],
    ['a %s b', [{ kind: 'literal', text: 'a ' }, plain('s'), { kind: 'literal', text: ' b' }]],
    ['%llx%rx%r', [plain('x', { length: 'll' }), plain('rx'), plain('r')]],
    ['%-10s', [plain('s', { width: 10, flags: { ...plain('s').flags, left: true } })]],
    ['%08.3d', [plain('d', { width: 8, precision: 3, flags: { ...plain('d').flags, zero: true } })]],
    ['%*d', [plain('d')]],
    ['%.*s', [plain('s')]],
    ['a%5%b', [{ kind: 'literal', text: 'a%b' }]],
    ['100%% of 5% |%', [{ kind: 'literal', text: '100% of 5% |%' }]],
    ['%hhu', [plain('u', { length: 'hh' })]],
  ])('%j', (text, expected) => {
    expect(segments(text)).toEqual(expected);
  });

  it.each([
    ['a %f', 'unknown conversion "%f"', 2, 2],
    ['%lq!', 'unknown conversion "%lq"', 0, 3],
  ])('%j is an error', (text, message, offset, length) => {
    expect(segments(text)).toEqual({ message, offset, length });
  });

  it('keeps all of the text in order', () => {
    const piece = fc.constantFrom('%d', '%s', '%5.2llx', 'x', ' y ', '\n');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const parsed = parseFormat(pieces.join(''));
        if (!('format' in parsed)) throw new Error(parsed.error.message);
        const conversions = parsed.format.segments.filter((segment) => segment.kind === 'conversion');
        expect(conversions.length).toBe(pieces.filter((one) => one.startsWith('%')).length);
      }),
      { numRuns: 200 },
    );
  });
});
