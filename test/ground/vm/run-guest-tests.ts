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
  /** From a machine's start; then it is killed. */
  readonly timeoutMs: number;
  /** Called when the tests of a file are done. */
  readonly onProgress: (kernel: KernelName, done: number, all: number) => void;
}

/** Random tests in an emulated machine take fewer samples. */
const ENV = { WAGGLE_RUNS: '10' };

/** Runs the kernel tests in a machine for each kernel, side by side. */
export async function runGuestTests(
  kernels: readonly KernelName[],
  options: GuestTestOptions,
): Promise<readonly GuestTestRun[]> {
  const files = guestTestFiles();
  const { runner, bundles } = await bundleGuestTests(files);
  const words = files.flatMap((file, index) => [file, bundles[index]!]);
  const command = ['node', '--enable-source-maps', runner, ...words];
  // One after the other: they share disks.
  for (const kernel of kernels) await prepareBoot(kernel, say);
  return await Promise.all(kernels.map((kernel) => runOn(kernel, files, command, options)));
}

async function runOn(
  kernel: KernelName,
  files: readonly string[],
  command: readonly string[],
  { timeoutMs, onProgress }: GuestTestOptions,
): Promise<GuestTestRun> {
  const reports: FileReport[] = [];
  const complaints = new TextDecoder();
  let said = '';
  const onReport = (report: FileReport): void => {
    onProgress(kernel, reports.push(report), files.length);
  };
  const failed = (why: string): GuestTestRun => ({ kernel, files, reports, failure: `${why}\n${said}`.trimEnd() });
  try {
    const code = await runInVm({
      kernel,
      command,
      env: ENV,
      onStdout: reportReader(onReport),
      onStderr: (piece) => {
        said = (said + complaints.decode(piece, { stream: true })).slice(-4096);
      },
      say,
      timeoutMs,
    });
    return code === 0 ? { kernel, files, reports } : failed(`its tests ended with code ${code}`);
  } catch (error) {
    return failed((error as Error).message);
  }
}

/** Takes pieces of standard output, and gives the reports among its lines. */
function reportReader(onReport: (report: FileReport) => void): (piece: Buffer) => void {
  const decoder = new TextDecoder();
  let rest = '';
  return (piece) => {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const at = line.indexOf(REPORT_MARK);
      if (at >= 0) onReport(JSON.parse(line.slice(at + REPORT_MARK.length)) as FileReport);
    }
  };
}

function say(progress: string): void {
  process.stderr.write(`vm: ${progress}\n`);
}
