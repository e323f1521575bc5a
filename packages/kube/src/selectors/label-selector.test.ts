import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelRequirement, LabelSelector } from './label-selector.ts';
import { labelKeyProblem, labelValueProblem } from './label-syntax.ts';
import { matchesSelector } from './matches-selector.ts';
import { parseLabelSelector } from './parse-label-selector.ts';
import { printSelector } from './print-selector.ts';

function one(key: string, operator: LabelRequirement['operator'], ...values: string[]): LabelSelector {
  return [{ key, operator, values }];
}

describe('parseLabelSelector', () => {
  it.each<[string, LabelSelector]>([
    ['', []],
    ['  \t\r\n', []],
    ['app=cart', one('app', '=', 'cart')],
    ['app==cart', one('app', '==', 'cart')],
    ['app!=cart', one('app', '!=', 'cart')],
    [' app = cart ', one('app', '=', 'cart')],
    ['app=', one('app', '=', '')],
    ['app!=', one('app', '!=', '')],
    ['app=,tier', [...one('app', '=', ''), ...one('tier', 'exists')]],
    ['app', one('app', 'exists')],
    ['!app', one('app', '!')],
    ['! app', one('app', '!')],
    ['app in (web,cart)', one('app', 'in', 'cart', 'web')],
    ['app in(web)', one('app', 'in', 'web')],
    ['app notin ( web , cart , web )', one('app', 'notin', 'cart', 'web')],
    ['app in (,)', one('app', 'in', '')],
    ['app in (,web)', one('app', 'in', '', 'web')],
    ['app in (web,)', one('app', 'in', '', 'web')],
    ['app in (web,,cart)', one('app', 'in', '', 'cart', 'web')],
    ['app in (web,,,cart)', one('app', 'in', '', 'cart', 'web')],
    ['cpus>4', one('cpus', '>', '4')],
    ['cpus < 4', one('cpus', '<', '4')],
    ['app.kubernetes.io/name=waggle', one('app.kubernetes.io/name', '=', 'waggle')],
    ['in in (in,notin)', one('in', 'in', 'in', 'notin')],
    ['in', one('in', 'exists')],
    ['notin=in', one('notin', '=', 'in')],
    ['!notin', one('notin', '!')],
    [
      'app in (cart,web),tier!=cache,!legacy,release',
      [
        ...one('app', 'in', 'cart', 'web'),
        ...one('tier', '!=', 'cache'),
        ...one('legacy', '!'),
        ...one('release', 'exists'),
      ],
    ],
  ])('%j', (text, selector) => {
    expect(parseLabelSelector(text)).toEqual({ selector });
  });

  it.each<[string, number, string]>([
    [',', 0, 'found ",", expected a label key'],
    ['app,', 4, 'found the end, expected a label key'],
    ['app,,tier', 4, 'found ",", expected a label key'],
    ['=cart', 0, 'found "=", expected a label key'],
    ['!', 1, 'found the end, expected a label key'],
    ['!!app', 1, 'found "!", expected a label key'],
    ['!app=cart', 4, 'found "=", expected "," or the end'],
    ['app cart', 4, 'found "cart", expected one of = == != > < in notin'],
    ['app !cart', 4, 'found "!", expected one of = == != > < in notin'],
    ['app===cart', 5, 'found "=", expected a label value'],
    ['app=cart web', 9, 'found "web", expected "," or the end'],
    ['app=(cart)', 4, 'found "(", expected a label value'],
    ['app in', 6, 'found the end, expected "("'],
    ['app in cart', 7, 'found "cart", expected "("'],
    ['app in ()', 8, 'a list of values cannot be empty'],
    ['app in (cart', 12, 'found the end, expected "," or ")"'],
    ['app in (cart web)', 13, 'found "web", expected "," or ")"'],
    ['app in (cart=web)', 12, 'found "=", expected "," or ")"'],
    ['app in (cart))', 13, 'found ")", expected "," or the end'],
    ['app=c@rt', 4, '"c@rt" is no label value'],
    ['app=-cart', 4, '"-cart" is no label value'],
    ['a/b/c', 0, 'a label key has one slash at most'],
    ['/name', 0, 'the domain in front of the slash is missing'],
    ['example.com/', 0, 'the name of the label is missing'],
    ['Example.com/x', 0, '"Example.com" is no domain'],
    ['app=é', 4, '"é" is no label value'],
    [`${'k'.repeat(64)}=v`, 0, '63 characters at most, not 64'],
    [`k in (${'v'.repeat(64)})`, 6, '63 characters at most, not 64'],
    ['cpus>many', 5, '">" compares with an integer, not with "many"'],
    ['cpus>9223372036854775808', 5, 'compares with an integer'],
    ['cpus>', 5, 'compares with an integer'],
  ])('%j: at %i', (text, offset, message) => {
    expect(parseLabelSelector(text).problem).toMatchObject({ offset, message: expect.stringContaining(message) });
  });

  it('says where, for any text, or reads what it prints again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...' ,()=!<>ab/in.-_0é\n') }), (text) => {
        const { selector, problem } = parseLabelSelector(text);
        if (problem !== undefined) {
          expect(problem.offset + problem.length).toBeLessThanOrEqual(text.length);
          return;
        }
        expect(parseLabelSelector(printSelector(selector))).toEqual({ selector });
      }),
    );
  });
});

describe('printSelector', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?$/);
  const value = fc.oneof(name, fc.constantFrom('', 'in', 'notin'));
  const domain = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,5}[a-z0-9])?(\.[a-z0-9]{1,4}){0,2}$/);
  const key = fc.oneof(
    name,
    fc.tuple(domain, name).map((parts) => parts.join('/')),
    fc.constantFrom('in', 'notin'),
  );
  const requirement = fc.oneof(
    fc.record({
      key,
      operator: fc.constantFrom('=' as const, '==' as const, '!=' as const),
      values: value.map((v) => [v]),
    }),
    fc.record({
      key,
      operator: fc.constantFrom('in' as const, 'notin' as const),
      values: fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((values) => values.sort()),
    }),
    fc.record({ key, operator: fc.constantFrom('exists' as const, '!' as const), values: fc.constant([]) }),
    fc.record({
      key,
      operator: fc.constantFrom('>' as const, '<' as const),
      values: fc.maxSafeNat().map((n) => [String(n)]),
    }),
  );

  it('writes what is read back as the same', () => {
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 5 }), (selector) => {
        expect(parseLabelSelector(printSelector(selector))).toEqual({ selector });
      }),
    );
  });
});

describe('matchesSelector', () => {
  const labels = { app: 'cart', tier: '', cpus: '8', zone: 'b' };

  it.each([
    ['', true],
    ['app', true],
    ['!app', false],
    ['!owner', true],
    ['owner', false],
    ['app=cart', true],
    ['app==web', false],
    ['app!=web', true],
    ['app!=cart', false],
    ['owner!=anna', true],
    ['owner=', false],
    ['tier=', true],
    ['tier!=', false],
    ['app in (web,cart)', true],
    ['owner in (anna)', false],
    ['app notin (web,cart)', false],
    ['owner notin (anna)', true],
    ['cpus>4', true],
    ['cpus>8', false],
    ['cpus<9', true],
    ['zone>1', false],
    ['zone<1', false],
    ['owner>1', false],
    ['app=cart,zone in (a,b),!owner', true],
    ['app=cart,zone in (a,c)', false],
    // What every object of JavaScript has is no label.
    ['constructor', false],
    ['!toString', true],
  ])('%j: %s', (text, expected) => {
    const { selector } = parseLabelSelector(text);
    expect(matchesSelector(selector!, labels)).toBe(expected);
  });

  it('takes objects without labels where nothing is asked of them', () => {
    expect(matchesSelector([], undefined)).toBe(true);
    expect(matchesSelector(one('app', 'exists'), undefined)).toBe(false);
  });
});

describe('label syntax', () => {
  it.each(['a', 'A.b_c-9', 'example.com/a', `${'a'.repeat(63)}`, `${'a'.repeat(250)}.io/x`])('key %j', (key) => {
    expect(labelKeyProblem(key)).toBeUndefined();
  });

  it.each(['', '-a', 'a-', 'a b', `${'a'.repeat(251)}.io/x`, 'a..b/x', '-a.b/x', 'a/', '/'])('no key %j', (key) => {
    expect(labelKeyProblem(key)).toBeDefined();
  });

  it.each(['', 'a', 'A.b_c-9', 'v'.repeat(63)])('value %j', (value) => {
    expect(labelValueProblem(value)).toBeUndefined();
  });

  it.each(['a ', '.a', 'a_', 'a/b', 'v'.repeat(64)])('no value %j', (value) => {
    expect(labelValueProblem(value)).toBeDefined();
  });
});
