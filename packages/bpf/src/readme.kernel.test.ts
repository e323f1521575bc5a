import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';

const EXAMPLE = fileURLToPath(new URL(`readme-example-${process.pid}.ts`, import.meta.url));

afterEach(() => rmSync(EXAMPLE, { force: true }));

test('the example of the README does what it says', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  writeFileSync(EXAMPLE, code!);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import(EXAMPLE);
  expect(log.mock.calls).toEqual([[/console\.log\(.*\/\/ (.*)/.exec(code!)![1]]]);
  log.mockRestore();
});
