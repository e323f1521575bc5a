import { describe, expect, it } from 'vitest';
import type { FileReport, TestReport } from './guest/report.ts';
import { KERNEL_NAMES, type KernelName } from './kernels.ts';
import { runGuestTests } from './run-guest-tests.ts';

/** Of a machine: so long takes what takes minutes, on a machine that does much else. */
const TIMEOUT_MS = 30 * 60_000;

// Each machine boots once and runs everything; then each test of the guest is a test here, with its outcome there.
const runs = await runGuestTests(KERNEL_NAMES, { timeoutMs: TIMEOUT_MS, onProgress: showProgress });

describe.each(runs)('Linux $kernel', ({ reports, failure, files }) => {
  it('runs every file to its end', () => {
    expect(failure).toBeUndefined();
    expect(reports.map(({ file }) => file)).toEqual(files);
  });

  for (const { file, tests, errors } of reports) {
    describe(file, () => {
      if (errors.length > 0) it('goes well outside of its tests', () => failAs(errors));
      for (const test of tests) declare(test);
    });
  }
});

/** Minutes pass without a test of ours: a line now and then says that it goes on. */
function showProgress(kernel: KernelName, done: number, all: number): void {
  if (done % 10 === 0 || done === all) process.stderr.write(`vm: Linux ${kernel}: ${done} of ${all} test files\n`);
}

function declare({ path, state, note, errors }: TestReport): void {
  const name = path.join(' > ');
  if (state === 'skipped') it.skip(note === undefined ? name : `${name} (${note})`, () => {});
  else it(name, () => (state === 'failed' ? failAs(errors) : undefined));
}

function failAs(errors: FileReport['errors']): never {
  const error = new Error(errors.join('\n\n'));
  // Where it was thrown is a place in the guest, which the message names.
  error.stack = `Error: ${error.message}`;
  throw error;
}
