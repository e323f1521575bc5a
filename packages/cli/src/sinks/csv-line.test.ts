import { expect, test } from 'vitest';
import { csvLine } from './csv-line.ts';

test.each([
  [['a', 1, null, true], 'a,1,,true\r\n'],
  [['a,b', 'say "hi"', 'x\ny'], '"a,b","say ""hi""","x\ny"\r\n'],
  [[18446744073709551615n, { a: 1n }], '18446744073709551615,"{""a"":1}"\r\n'],
])('%s', (cells, line) => expect(csvLine(cells)).toBe(line));
