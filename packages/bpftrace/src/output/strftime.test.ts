import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { strftime, strftimeNs } from './strftime.ts';

/** Local times, so that the table holds in any time zone. */
const moment = new Date(2026, 0, 4, 9, 5, 7).getTime();
const evening = new Date(2024, 11, 30, 23, 59, 59).getTime();

test.each([
  ['%Y-%m-%d %H:%M:%S', '2026-01-04 09:05:07'],
  ['%F %T %D %R', '2026-01-04 09:05:07 01/04/26 09:05'],
  ['%a %A %b %B %h', 'Sun Sunday Jan January Jan'],
  ['%C|%y|%e|%k|%l|%I|%p|%P', '20|26| 4| 9| 9|09|AM|am'],
  ['%j|%u|%w|%U|%W|%V|%G|%g', '004|7|0|01|00|01|2026|26'],
  ['%c|%x|%X|%r', 'Sun Jan  4 09:05:07 2026|01/04/26|09:05:07|09:05:07 AM'],
  ['%n%t%%', '\n\t%'],
  ['%_d|%-d|%5d|%_5d|%05e|%-5d', ' 4|4|00004|    4|00004|00004'],
  ['%^a|%#b|%#p|%10A|%-10A', 'SUN|JAN|am|    Sunday|    Sunday'],
  ['%Ey %Od', '26 04'],
  ['%Q %! %', '%Q %! %'],
])('%j', (format, text) => {
  expect(strftime(format, moment)).toBe(text);
});

test('the last days of December may belong to the first week of the next year', () => {
  expect(strftime('%V %G %g %j %I %p', evening)).toBe('01 2025 25 365 11 PM');
});

test('seconds since the epoch', () => {
  expect(strftime('%s', 1_700_000_000_999)).toBe('1700000000');
});

/** GNU date shares the C library's formatter; `%P %f` and the like are its own business. */
test('agrees with date(1)', () => {
  const format =
    '%a %A %b %B %c %C %d %D %e %F %g %G %H %I %j %k %l %m %M %p %r %R %S %T %u %U %V %w %W %x %X %y %Y %z';
  for (const seconds of [0, 951_782_400, 1_709_164_800, 1_735_603_199, 1_767_225_600, 1_798_761_599]) {
    const wanted = execFileSync('date', ['-d', `@${seconds}`, `+${format}`], { env: { ...process.env, LC_ALL: 'C' } });
    expect(strftime(format, seconds * 1000)).toBe(wanted.toString().trimEnd());
  }
});

test('fractions of the second', () => {
  expect(strftimeNs('%f|%k|%l', 1_700_000_000_012_345_678n)).toBe('012345|012345678|012');
  expect(strftimeNs('%S', -1n)).toBe('59');
});
