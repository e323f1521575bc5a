import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { fixtureFacts } from '../facts/facts.test-kit.ts';
import { SourceText } from '../source/source-text.ts';
import { parse } from '../syntax/parser.ts';
import { arbitraryTypedScript } from './arbitrary-typed-script.ts';

const scripts = fc.sample(arbitraryTypedScript(fixtureFacts()), { numRuns: 1500, seed: 1 });

test.each([
  'BEGIN', 'END', 'tracepoint:', 'rawtracepoint:', 'profile:', 'interval:', 'software:', 'uprobe:', 'uretprobe:', 'kprobe:', 'iter:',
  'config = {', ' / ', 'let $v', 'else if', 'unroll(', 'for $v', 'while (', 'break;', 'continue;', 'return;', 'exit(',
  ' ? ', '?:', '&&', '(int16)', '++', '--', '^= ', '<<', '% ', 'bswap(', 'strlen(', 'strncmp(', 'strcontains(', 'str(', 'buf(',
  'comm', 'curtask.', '.f0', '.0', 'has_key(', 'delete(', 'clear(', 'zero(', 'print(@', 'len(@', 'count()', 'sum(', 'avg(', 'min(', 'max(', 'stats(',
  'lhist(', 'hist(', 'kstack(3)', 'ustack', 'ksym(', 'usym(', 'ntop(', 'pton(', 'strftime(', 'macaddr(', 'username', 'in_target(', 'time(', 'system(', 'pod', 'label("app")', 'namespace == "',
])('%s is written', (construct) => {
  expect(scripts.some((script) => script.includes(construct))).toBe(true);
}); // biome-ignore format: a table

test('all scripts are of the grammar', () => {
  for (const script of scripts) {
    const diagnostics = new Diagnostics();
    parse(new SourceText('random.bt', script), diagnostics);
    expect(diagnostics.list(), script).toEqual([]);
  }
});

test('there are small ones and large ones', () => {
  expect(scripts.some((script) => script.length < 100)).toBe(true);
  expect(scripts.some((script) => script.length > 3000)).toBe(true);
});
