import { describe, expect, test } from 'vitest';
import type { Column, Row } from './column.ts';
import { formatHeader, formatRow, formatTable, initialWidths } from './format-table.ts';
import { selectColumns } from './select-columns.ts';
import { parseSort } from './sort-rows.ts';

const column = (name: string, more: Partial<Column> = {}): Column => ({
  name,
  description: '',
  align: 'left',
  width: 4,
  hidden: false,
  ...more,
});
const pid = column('pid', { align: 'right', width: 7 });
const comm = column('comm', { width: 6 });
const tid = column('tid', { hidden: true });
const took = column('took', { unit: 'ns', align: 'right' });
const path = column('path');
const columns = [pid, comm, tid, took, path];
const names = (selected: readonly Column[]) => selected.map(({ name }) => name);

describe('selectColumns', () => {
  test.each([
    [undefined, ['pid', 'comm', 'took', 'path']],
    ['path,pid', ['path', 'pid']],
    ['+tid', ['pid', 'comm', 'tid', 'took', 'path']],
    ['+tid,-pid', ['comm', 'tid', 'took', 'path']],
    ['PATH', ['path']],
  ])('%s', (selection, expected) => expect(names(selectColumns(columns, selection))).toEqual(expected));

  test.each([
    ['pth', 'unknown column "pth" (did you mean "path"?)'],
    ['pid,+tid', 'either list columns, or add (+name) and take away (-name), not both'],
  ])('%s is refused', (selection, message) => expect(() => selectColumns(columns, selection)).toThrow(message));
});

describe('parseSort', () => {
  const rows: Row[] = [
    { pid: 10, comm: 'b' },
    { pid: 9n, comm: 'a' },
    { pid: null, comm: 'c' },
    { pid: 9, comm: 'c' },
  ];
  test.each([
    ['pid', ['a', 'c', 'b', 'c']],
    ['-pid', ['b', 'a', 'c', 'c']],
    ['pid,-comm', ['c', 'a', 'b', 'c']],
    ['-comm', ['c', 'c', 'b', 'a']],
  ])('%s', (sort, expected) =>
    expect(rows.toSorted(parseSort(columns, sort)).map((row) => row.comm)).toEqual(expected),
  );
});

describe('a table', () => {
  test('that grows keeps its columns in line', () => {
    const shown = [pid, comm, path];
    const widths = initialWidths(shown);
    const lines = [
      formatHeader(shown, widths),
      formatRow({ pid: 1, comm: 'sh', path: '/a' }, shown, widths),
      formatRow({ pid: 12345678, comm: 'long-name', path: '/b' }, shown, widths),
      formatRow({ pid: 2, comm: 'x', path: null }, shown, widths),
    ];
    expect(lines).toEqual(['    PID  COMM    PATH', '      1  sh      /a', '12345678  long-name  /b', '       2  x']);
  });

  test('is cut at the edge of a terminal, wide characters counted as two', () => {
    expect(formatRow({ path: '日本語日本語' }, [path], [4], 8)).toBe('日本語…');
  });

  test('shows units and escapes what a terminal would obey', () => {
    expect(formatTable([{ took: 1_234_567, path: '\x1b[2J\n' }], [took, path])).toBe(
      '  TOOK  PATH\n1.23ms  \\x1b[2J\\x0a\n',
    );
  });
});
