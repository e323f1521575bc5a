import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram } from '../../../trace/src/testing/bundle-program.ts';
import { TraceChecker } from './trace-checker.ts';

const folder = mkdtempSync(join(tmpdir(), 'waggle-check-'));
let program: string;
beforeAll(() => {
  program = bundleProgram(new URL('../testing/check-program.ts', import.meta.url), folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const spec = (script: string) => ({ program: { script } });
/** Takes the register allocator minutes. */
const ENDLESS = spec(`BEGIN { ${'@a[1]=1;'.repeat(8000)} }`);

describe('a checker', () => {
  it('says what the compiler says', async () => {
    using checker = new TraceChecker({ program, timeLimitMs: 60_000 });
    const [good, bad] = await Promise.all([
      checker.check(spec('BEGIN { @ = 1; }'), 'ClusterTrace'),
      checker.check(spec('BEGIN { @ = $x; }'), 'ClusterTrace'),
    ]);
    expect(good).toEqual({ problems: [], warnings: [] });
    expect(bad.problems).toEqual([expect.stringContaining('error[undefined-variable]')]);
  });

  it('gives up what takes too long, and goes on with the next', async () => {
    const told: string[] = [];
    using checker = new TraceChecker({ program, timeLimitMs: 1_500, onProblem: (message) => told.push(message) });
    const endless = checker.check(ENDLESS, 'ClusterTrace');
    const next = checker.check({}, 'Trace');
    expect(await endless).toEqual({
      problems: [],
      warnings: ['the program was not checked: it takes longer than 1.5 s'],
    });
    expect((await next).problems).toEqual(['spec.program: must be given']);
    expect(told).toEqual(['a check was given up: it takes longer than 1.5 s']);
  });

  it('takes only so many at once', async () => {
    using checker = new TraceChecker({ program, timeLimitMs: 60_000 });
    const checks = Array.from({ length: 40 }, () => checker.check({}, 'Trace'));
    const answers = await Promise.all(checks);
    expect(answers.filter(({ problems }) => problems.length === 1)).toHaveLength(33);
    expect(answers.filter(({ warnings }) => warnings[0]?.includes('too many'))).toHaveLength(7);
  });

  it('leaves nobody waiting when it is closed', async () => {
    const checker = new TraceChecker({ program, timeLimitMs: 60_000 });
    const checks = [checker.check(ENDLESS, 'ClusterTrace'), checker.check({}, 'Trace')];
    checker.close();
    for (const { warnings } of await Promise.all(checks)) expect(warnings[0]).toContain('shutting down');
    expect((await checker.check({}, 'Trace')).problems).toEqual([]);
  });
});
