import { expect, it } from 'vitest';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { runWaggle } from './support/waggle-process.ts';

expectNothingLeft();

it('the demo traces its two workloads, and nothing else, and ends well', async () => {
  const { code, stdout, stderr } = await runWaggle(['demo', '--timeout', '2s']);
  const [header, ...lines] = stdout.split('\n');
  expect(header).toMatch(/^TIME +CONTAINER +PID +COMM +EVENT +ERROR +WHAT$/);
  const rows = lines.filter((line) => /^\d\d:/.test(line)).map((line) => line.split(/ +/));
  expect(new Set(rows.map(([, container]) => container!.replace(/-\d+-\d+$/, '')))).toEqual(new Set(['cart', 'web']));
  expect(lines.some((line) => / cat +open +\/etc\/hostname$/.test(line))).toBe(true);
  expect(lines.some((line) => / cat +open +ENOENT +\/etc\/cart\.conf$/.test(line))).toBe(true);
  expect(stdout).toMatch(/\nTime in read\(2\) \(us\):\n\[/);
  expect(stderr).toMatch(/\nwaggle: \d+ events seen, \d+ kept, 0 lost\n$/);
  expect(code).toBe(0);
});
