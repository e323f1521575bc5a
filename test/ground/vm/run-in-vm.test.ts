import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KERNEL_NAMES, type KernelName } from './kernels.ts';
import { runInVm, type VmRun } from './run-in-vm.ts';

/** Emulation of a boot, on a machine that does much else. */
const TIMEOUT_MS = 240_000;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(kernel: KernelName, command: readonly string[], more: Partial<VmRun> = {}): Promise<Outcome> {
  let [stdout, stderr] = ['', ''];
  const code = await runInVm({
    kernel,
    command,
    onStdout: (piece) => {
      stdout += piece.toString('utf8');
    },
    onStderr: (piece) => {
      stderr += piece.toString('utf8');
    },
    say: () => {},
    timeoutMs: TIMEOUT_MS,
    ...more,
  });
  return { code, stdout, stderr };
}

/** Emulators that this process started. */
function emulators(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      // proc(5), `stat`: pid (comm) state ppid
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      return stat.includes('(qemu-system') && Number(/\) \S (\d+)/.exec(stat)?.[1]) === process.pid;
    } catch {
      return false; // No process, or gone meanwhile.
    }
  });
}

describe('a command in a virtual machine', () => {
  it.each(KERNEL_NAMES)(
    'gives its output, apart, and its exit code: Linux %s',
    { timeout: TIMEOUT_MS },
    async (kernel) => {
      const script = 'uname -r; echo "$WORD"; seq 20000 | tail -1; echo said >&2; exit 7';
      const { code, stdout, stderr } = await run(kernel, ['sh', '-c', script, "it's"], { env: { WORD: 'two words' } });
      const [release, word, last] = stdout.split('\n');
      expect(release!.startsWith(`${kernel}.`)).toBe(true);
      expect([word, last, stderr, code]).toEqual(['two words', '20000', 'said\n', 7]);
      expect(emulators()).toEqual([]);
    },
  );

  it('is killed with its machine after a time, or when it is asked for', { timeout: TIMEOUT_MS }, async () => {
    const late = run('6.1', ['sleep', '1000'], { timeoutMs: 500 });
    await expect(late).rejects.toMatchObject({ name: 'VmError', code: 'timeout', kernel: '6.1' });
    const stopped = new AbortController();
    const running = run('6.1', ['sh', '-c', 'echo up; sleep 1000'], {
      signal: stopped.signal,
      onStdout: () => stopped.abort(),
    });
    await expect(running).rejects.toMatchObject({ name: 'VmError', code: 'aborted' });
    expect(emulators()).toEqual([]);
  });

  it('whose machine ends before it is told, with what the kernel said last', { timeout: TIMEOUT_MS }, async () => {
    const panic = run('6.1', ['sh', '-c', 'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger']);
    await expect(panic).rejects.toMatchObject({
      code: 'no-answer',
      message: expect.stringMatching(/Linux 6\.1 ended without an answer.*Kernel panic/s),
    });
  });
});
