import { describe, expect, it } from 'vitest';
import { InternedTexts } from './interned-texts.ts';

describe('InternedTexts', () => {
  it('gives none the number 0, literals theirs, others the next ones, for good', () => {
    const texts = new InternedTexts(['shop', 'bank']);
    expect([undefined, 'bank', 'cart', 'shop', 'web', 'cart', ''].map((text) => texts.idOf(text))).toEqual([
      0, 2, 3, 1, 4, 3, 5,
    ]);
    expect([0, 1, 2, 3, 4, 5, 6].map((id) => texts.textOf(id))).toEqual([
      undefined,
      'shop',
      'bank',
      'cart',
      'web',
      '',
      undefined,
    ]);
    expect(texts.overflows).toBe(0);
  });

  it('counts what finds no number left to one text, and says how often', () => {
    const texts = new InternedTexts(['a'], 3);
    expect(['b', 'c', 'd', 'a', 'b', 'c', undefined].map((text) => texts.idOf(text))).toEqual([2, 3, 3, 1, 2, 3, 0]);
    expect(texts.textOf(3)).toBe('<other>');
    expect(texts.overflows).toBe(3);
  });
});
