import { constants } from 'node:os';
import { cacheFolder } from './cache-folder.ts';
import { cachedKernelImage } from './kernel-image.ts';
import { KERNEL_NAMES, KERNELS } from './kernels.ts';
import { readWords, type WantedRun } from './read-words.ts';
import { runInVm } from './run-in-vm.ts';
import { VmError } from './vm-error.ts';

const HELP = `Runs a command on another kernel: in a virtual machine with this checkout, as it is built now.

usage: npm run vm -- [--timeout SECONDS] KERNEL COMMAND [ARGUMENT...]
       npm run vm -- list

  KERNEL   ${KERNEL_NAMES.join(' or ')}
  COMMAND  runs in the checkout's folder, as root; waggle, node, gcc, runc, bash and busybox are there.
           Its output comes as it is written; its exit code is the exit code.

  --timeout SECONDS  kills the machine after that time, with exit code 124 (default: 600)
  list               shows the kernels, and which of them are in the cache
  --help             shows this

examples:
  npm run vm -- 6.1 uname -a
  npm run vm -- 6.12 waggle run -e 'kprobe:vfs_read { @[comm] = count(); } interval:s:3 { exit(); }'
  npm run vm -- 6.1 sh -c 'dmesg | tail'
  npm run vm -- 6.12 node node_modules/vitest/vitest.mjs run packages/bpf/src/links/attach.kernel.test.ts

The machine is emulated by qemu, without any privilege of this one's; its disks forget what it writes. Kernels come
from Debian. They and the disks are kept in ${cacheFolder()}.
`;

const DEFAULT_TIMEOUT_S = 600;
/** Exit codes as timeout(1) and env(1) have them. */
const TIMED_OUT = 124;
const FAILED = 125;

async function main(words: readonly string[]): Promise<number> {
  const wanted = readWords(words);
  switch (wanted.kind) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'list':
      return list();
    case 'mistake':
      return usageError(wanted.message);
    case 'run':
      return await run(wanted);
  }
}

async function run({ kernel, command, timeoutS = DEFAULT_TIMEOUT_S }: WantedRun): Promise<number> {
  const interrupted = new AbortController();
  let signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      signal = name;
      interrupted.abort();
    });
  }
  try {
    return await runInVm({
      kernel,
      command,
      onStdout: (piece) => process.stdout.write(piece),
      onStderr: (piece) => process.stderr.write(piece),
      say: (progress) => process.stderr.write(`vm: ${progress}\n`),
      timeoutMs: timeoutS * 1000,
      signal: interrupted.signal,
    });
  } catch (error) {
    if (signal !== undefined) return 128 + constants.signals[signal];
    process.stderr.write(`vm: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof VmError && error.code === 'timeout' ? TIMED_OUT : FAILED;
  }
}

function usageError(message: string): number {
  process.stderr.write(`vm: ${message}\nvm: "npm run vm -- --help" shows how it is used\n`);
  return 2;
}

function list(): number {
  for (const name of KERNEL_NAMES) {
    const where = cachedKernelImage(name)?.package ?? `not downloaded yet (${KERNELS[name].package})`;
    process.stdout.write(`${name.padEnd(6)}${where}\n`);
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
