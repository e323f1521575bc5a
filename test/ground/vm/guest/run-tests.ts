/**
 * Runs test files in the guest, one after the other, in this process. Takes pairs of words: a file's path from the checkout's root, and its
 * bundle. Writes a line of report for each to standard output.
 */
import { writeSync } from 'node:fs';
import { relative } from 'node:path';
import {
  type File,
  startTests,
  type Task,
  type Test,
  type VitestRunner,
  type VitestRunnerConfig,
} from '@vitest/runner';
import { type FileReport, REPORT_MARK, type TestReport } from './report.ts';

/** Emulated processors are some twenty times slower. */
const TIMEOUT_MS = 240_000;

const CONFIG: VitestRunnerConfig = {
  root: process.cwd(),
  name: undefined,
  setupFiles: [],
  passWithNoTests: false,
  testNamePattern: undefined,
  allowOnly: false,
  sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
  chaiConfig: undefined,
  maxConcurrency: 1,
  testTimeout: TIMEOUT_MS,
  hookTimeout: TIMEOUT_MS,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  tagsFilter: undefined,
  strictTags: false,
};

class GuestRunner implements VitestRunner {
  readonly config = CONFIG;
  readonly #bundle: string;

  constructor(bundle: string) {
    this.#bundle = bundle;
  }

  importFile(): unknown {
    return import(this.#bundle);
  }
}

const words = process.argv.slice(2);
for (let index = 0; index < words.length; index += 2) {
  const [path, bundle] = [words[index]!, words[index + 1]!];
  const started = performance.now();
  const [file] = await startTests([path], new GuestRunner(bundle));
  const report = reportOf(path, file!, performance.now() - started);
  writeSync(1, `${REPORT_MARK}${JSON.stringify(report)}\n`);
}
process.exit(0);

function reportOf(path: string, file: File, ms: number): FileReport {
  return {
    file: relative(process.cwd(), path),
    tests: testsOf(file).map(testReport),
    errors: suiteErrors(file),
    ms: Math.round(ms),
  };
}

function testsOf(task: Task): Test[] {
  return task.type === 'suite' ? task.tasks.flatMap(testsOf) : [task];
}

/** Of the file and the suites in it: loading, `beforeAll`, `afterAll`. */
function suiteErrors(task: Task): string[] {
  return task.type === 'suite' ? [...errorsOf(task), ...task.tasks.flatMap(suiteErrors)] : [];
}

function testReport(test: Test): TestReport {
  const path: string[] = [];
  for (let task: Task | undefined = test; task !== undefined && task !== test.file; task = task.suite) {
    path.unshift(task.name);
  }
  const note = (test.result as { readonly note?: string } | undefined)?.note;
  const state = test.result?.state;
  return {
    path,
    state:
      state === 'pass'
        ? 'passed'
        : state === 'skip' || test.mode === 'skip' || test.mode === 'todo'
          ? 'skipped'
          : 'failed',
    ...(note !== undefined && { note }),
    errors: state === undefined && test.mode === 'run' ? ['it did not run'] : errorsOf(test),
    ms: Math.round(test.result?.duration ?? 0),
  };
}

function errorsOf(task: Task): string[] {
  return (task.result?.errors ?? []).map(({ message, diff, stack, cause }) => {
    const places = stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
    const because = (cause as { message?: string } | undefined)?.message;
    return [message, because && `caused by: ${because}`, diff, ...places.slice(0, 8)].filter(Boolean).join('\n');
  });
}
