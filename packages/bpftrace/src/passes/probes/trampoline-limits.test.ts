import { describe, expect, it } from 'vitest';
import { BtfFixture } from '../../facts/small-kernel.test-kit.ts';
import { checkText } from '../check-text.test-kit.ts';

const btf = new BtfFixture();
const int = btf.int('int', 4, true);
const u64 = btf.int('u64', 8, false);
const small = btf.struct('small', 16, [['a', u64, 0]]);
const large = btf.struct('large', 24, [['a', u64, 0]]);
const either = btf.union('either', 8, [['a', u64, 0]]);

/** `n` ints. */
const ints = (n: number) => Array.from({ length: n }, (_, index) => [`a${index}`, int] as const);

btf.function('six', int, ints(6));
btf.function('seven', int, ints(7));
btf.function('thirteen', int, ints(13));
btf.function('two_words', int, [['s', small], ...ints(4)]);
btf.function('three_words', int, [['s', large]]);
btf.function('any_number', int, [
  ['format', u64],
  ['', 0],
]);
btf.function('gives_union', either, []);
btf.function('gives_nothing', 0, []);

const names = ['six', 'seven', 'thirteen', 'two_words', 'three_words', 'any_number', 'gives_union', 'gives_nothing'];

function check(probe: string, kernelVersion: readonly [number, number]) {
  return checkText(`${probe} { @ = count(); }`, {}, { btf, kernelFunctions: () => names, kernelVersion });
}

describe('fentry and fexit', () => {
  it.each([
    [
      [6, 1],
      ['six', 'two_words', 'gives_nothing'],
    ],
    [
      [6, 6],
      ['six', 'seven', 'two_words', 'gives_nothing'],
    ],
  ] as const)('of a pattern, on Linux %s, leave out what the kernel refuses', (version, expected) => {
    const { script, told } = check('fexit:*', version);
    expect(told).toEqual([]);
    const found = script!.probes.flatMap(({ attachPoints }) => attachPoints.map(({ name }) => name));
    expect(found).toEqual(expected.map((name) => `fexit:vmlinux:${name}`));
  });

  it.each([
    ['seven', 'seven takes more than 6 arguments'],
    ['three_words', 'three_words takes a struct larger than 16 bytes'],
    ['any_number', 'any_number takes any number of arguments'],
    ['gives_union', 'gives_union returns a struct or union'],
  ])('of %s by name, say why there is none', (name, message) => {
    const { script, told } = check(`fentry:${name}`, [6, 1]);
    expect(script).toBeUndefined();
    expect(told).toEqual([expect.stringContaining(message)]);
  });
});
