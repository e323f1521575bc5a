import { type FileReport, REPORT_MARK } from './guest/report.ts';
import { bundleGuestTests, guestTestFiles } from './guest-tests.ts';
import type { KernelName } from './kernels.ts';
import { prepareBoot, runInVm } from './run-in-vm.ts';

export interface GuestTestRun {
  readonly kernel: KernelName;
  /** What should have run, from the checkout's root. */
  readonly files: readonly string[];
  readonly reports: readonly FileReport[];
  /** Why there is no report of some files. */
  readonly failure?: string;
}

export interface GuestTestOptions {
  /** From the checkout's root; default all. */
  readonly files?: readonly string[];
  readonly timeoutMs: number;
  readonly onReport?: (kernel: KernelName, report: FileReport) => void;
}

/** Random tests in an emulated machine take fewer samples. */
const ENV = { WAGGLE_RUNS: '10' };

/** Runs the kernel tests in a machine for each kernel, side by side. */
export async function runGuestTests(
  kernels: readonly KernelName[],
  options: GuestTestOptions,
): Promise<readonly GuestTestRun[]> {
  const paths = options.files ?? guestTestFiles();
  const { runner, files } = await bundleGuestTests(paths);
  const command = ['node', '--enable-source-maps', runner, ...files.flatMap(({ path, bundle }) => [path, bundle])];
  // One after the other: they share disks.
  for (const kernel of kernels) await prepareBoot(kernel, say);
  const runs = kernels.map(async (kernel) => ({ ...(await runOn(kernel, command, options)), files: paths }));
  return await Promise.all(runs);
}

function say(progress: string): void {
  process.stderr.write(`vm: ${progress}\n`);
}

async function runOn(
  kernel: KernelName,
  command: readonly string[],
  options: GuestTestOptions,
): Promise<Omit<GuestTestRun, 'files'>> {
  const reports: FileReport[] = [];
  let said = '';
  let rest = '';
  const onLine = (line: string): void => {
    const at = line.indexOf(REPORT_MARK);
    if (at < 0) return;
    const report = JSON.parse(line.slice(at + REPORT_MARK.length)) as FileReport;
    reports.push(report);
    options.onReport?.(kernel, report);
  };
  try {
    const code = await runInVm({
      kernel,
      command,
      env: ENV,
      onStdout: (piece) => {
        const lines = (rest + piece.toString('utf8')).split('\n');
        rest = lines.pop()!;
        lines.forEach(onLine);
      },
      onStderr: (piece) => {
        said = (said + piece.toString('utf8')).slice(-4096);
      },
      say,
      timeoutMs: options.timeoutMs,
    });
    if (code !== 0)
      return { kernel, reports, failure: `the tests of Linux ${kernel} ended with code ${code}\n${said}` };
    return { kernel, reports };
  } catch (error) {
    return { kernel, reports, failure: `${(error as Error).message}\n${said}` };
  }
}
