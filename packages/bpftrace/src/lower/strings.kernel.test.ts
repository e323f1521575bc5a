import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TypedExpression } from '../typed/tree.ts';
import { BOOL } from '../types/type.ts';
import { cString, loadScript, wordsOf } from './loaded-script.test-kit.ts';
import { thisKernel } from './machine-facts.test-kit.ts'; // biome-ignore format: a list
import {
  arg,
  assign,
  begin,
  compare,
  compileTree,
  contains,
  forRange,
  int,
  map,
  read,
  script,
  str,
  text,
  variable,
  when,
} from './tree.test-kit.ts';

const RUNS = Number(process.env.WAGGLE_RUNS ?? 40);

/** Two texts that are equal for a while, of a few letters so that parts of one are often in the other. */
const texts = fc
  .tuple(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 90 }), fc.nat(90), fc.constantFrom('', 'a', 'c', 'bb'))
  .map(([one, cut, tail]) => [one, one.slice(0, cut) + tail] as const);

/** What is behind the NUL must not matter. */
const BEHIND = 'behind the end';

function holds(e: TypedExpression, ...args: readonly string[]): boolean {
  const result = map('@r', BOOL);
  using loaded = loadScript(compileTree(script([begin([assign(result, e)])], [result]), {}, thisKernel));
  loaded.run(args.map((one, i) => cString(`${one}\0${BEHIND}${i}`)));
  return wordsOf(loaded.scalar('map_r'))[0] === 1n;
}

test('strings are compared up to the first NUL, or the limit', () => {
  fc.assert(
    fc.property(
      texts,
      fc.integer({ min: 66, max: 200 }),
      fc.option(fc.integer({ min: 1, max: 100 })),
      ([one, other], size, limit) => {
        const e = compare(str(arg(0), 180), str(arg(1), size), true, limit ?? undefined);
        const length = limit ?? 1000;
        expect(holds(e, one, other)).toBe(one.slice(0, length) === other.slice(0, size).slice(0, length));
      },
    ),
    { numRuns: RUNS },
  );
});

test('a constant is found where the text has it', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(40, 100, 300), ([one, other], size) => {
      const needle = other.slice(-12);
      expect(holds(contains(str(arg(0), size), text(needle)), one)).toBe(one.slice(0, size).includes(needle));
    }),
    { numRuns: RUNS },
  );
});

test('a text of the run is found where the other has it', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(8, 20, 150), ([one, other], size) => {
      const needle = other.slice(-5);
      expect(holds(contains(str(arg(0), size), str(arg(1), 20)), one, needle)).toBe(
        one.slice(0, size).includes(needle),
      );
    }),
    { numRuns: RUNS },
  );
});

const x = variable('$x');
const i = variable('$i');
const found = map('@found', BOOL);

test.each([
  ['comparisons of long texts', Array.from({ length: 30 }, () => assign(found, compare(str(arg(0)), str(arg(1)))))],
  ['searches in long texts', Array.from({ length: 12 }, () => assign(found, contains(str(arg(0)), text('needle'))))],
  ['searches for texts of the run', [assign(found, contains(str(arg(0)), str(arg(1), 100)))]],
  ['a loop of searches', [forRange(i, int(0), int(100), assign(found, contains(str(arg(0)), text('needle'))))]],
  [
    'a loop that compares its step with several values',
    [assign(x, arg(0)), forRange(i, int(0), int(40), ...[x, variable('$y')].map((one) => when(compareStep(one), [])))],
  ],
])('%s pass the verifier', (_name, body) => {
  loadScript(compileTree(script([begin(body)], [found]), {}, thisKernel))[Symbol.dispose]();
});

function compareStep(other: ReturnType<typeof variable>): TypedExpression {
  return { kind: 'binary', operator: '>', left: read(i), right: read(other), type: BOOL, span: { start: 0, end: 1 } };
}
