import { describe, expect, test } from 'vitest';
import type { Column } from '../table/column.ts';
import { UsageError } from '../usage-error.ts';
import { compileFilter } from './compile-filter.ts';
import { parseFilter } from './parse-filter.ts';

const column = (name: string): Column => ({ name, description: '', align: 'left', width: 0, hidden: false });
const columns = ['comm', 'ret', 'error', 'path', 'big'].map(column);
const row = { comm: 'sh', ret: -2, error: 'ENOENT', path: '/etc/passwd', big: 18446744073709551615n };

const holds = (text: string, of = row as never) => compileFilter(parseFilter(text), columns)(of);

describe('a filter', () => {
  test.each([
    ['comm == "sh" && ret < 0', true],
    ["comm == 'sh' && ret >= 0", false],
    ['ret == -2', true],
    ['ret == 0x2', false],
    ['!(comm == "sh")', false],
    ['comm == "bash" || error == "ENOENT" && ret < -1', true],
    ['path ~ "^/etc/"', true],
    ['path =~ "^/etc/"', true],
    ['path !~ "^/etc/"', false],
    ['big > 18446744073709551614', true],
    ['big == 18446744073709551615', true],
    ['error', true],
    ['!error', false],
    ['COMM == "sh"', true],
    ['-1 > ret', true],
  ])('%s', (text, expected) => expect(holds(text)).toBe(expected));

  test.each([
    ['error == null', true],
    ['error != null', false],
    ['error < "Z"', false],
    ['error == ""', false],
    ['error', false],
  ])('an empty cell: %s', (text, expected) => expect(holds(text, { ...row, error: null } as never)).toBe(expected));

  test.each([
    ['comm = "sh"', 'unexpected character', 5],
    ['comm == ', 'expected a column or a value here', 8],
    ['(ret < 0', 'expected )', 8],
    ['ret < 0 comm', 'expected && or ||, found comm', 8],
    ['path ~ "["', 'Invalid regular expression', 7],
    ['path ~ comm', 'expected a quoted regular expression', 7],
    ['', 'expected a column or a value here', 0],
  ])('%j is refused with a caret', (text, message, at) => {
    const error = catchUsage(() => parseFilter(text));
    expect(error.message).toContain(message);
    expect(error.message.split('\n').at(-1)).toBe(`  ${' '.repeat(at)}^`);
  });

  test('names the nearest column', () => {
    expect(catchUsage(() => holds('pth == "x"')).message).toContain('did you mean "path"?');
  });

  test('deep nesting is refused, not overflowed', () => {
    expect(catchUsage(() => parseFilter('!'.repeat(100_000))).message).toContain('nested too deep');
  });
});

function catchUsage(run: () => unknown): UsageError {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('expected a UsageError');
}
