import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskImage } from './disk-image.ts';
import { initramfs } from './initramfs.ts';
import { kernelImage } from './kernel-image.ts';
import type { KernelName } from './kernels.ts';
import { PROJECT, projectDisk } from './project-disk.ts';
import { systemDisk } from './system-disk.ts';
import { VmError } from './vm-error.ts';

export interface VmRun {
  readonly kernel: KernelName;
  /** A command and its words, found by PATH in the guest; it runs in the checkout's folder. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onStdout: (piece: Buffer) => void;
  readonly onStderr: (piece: Buffer) => void;
  /** How the preparation goes, a line each. */
  readonly say: (progress: string) => void;
  /** From the machine's start; then it is killed. */
  readonly timeoutMs: number;
  /** Kills the machine. */
  readonly signal?: AbortSignal;
}

/** Paths in the cache. */
export interface BootFiles {
  readonly kernel: string;
  readonly initramfs: string;
  readonly disks: readonly string[];
}

const LINES = ['kernel', 'stdout', 'stderr', 'control'] as const;
type Line = (typeof LINES)[number];

/**
 * Boots a machine, runs a command in it, and lets it power off. What it writes to its disks is gone with it.
 *
 * @returns the command's exit code. @throws VmError where there is none
 */
export async function runInVm(run: VmRun): Promise<number> {
  const files = await prepareBoot(run.kernel, run.say);
  const folder = mkdtempSync(join(tmpdir(), 'waggle-vm-'));
  const machine = new Conversation(run);
  const servers = await Promise.all(LINES.map((line) => listen(join(folder, line), machine.listeners[line])));
  const qemu = startQemu(files, folder);
  try {
    return await machine.ended(qemu);
  } finally {
    qemu.kill('SIGKILL');
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts what a boot needs into the cache, as far as it is not there. */
export async function prepareBoot(kernel: KernelName, say: (progress: string) => void): Promise<BootFiles> {
  return {
    kernel: (await kernelImage(kernel, say)).path,
    initramfs: await initramfs(),
    disks: [await diskImage(await systemDisk(), say), await diskImage(projectDisk(), say)],
  };
}

/** What host and guest say to each other, until the machine is off. */
class Conversation {
  readonly #run: VmRun;
  #kernelLog = '';
  #control = '';
  #code: number | undefined;

  readonly listeners: Readonly<Record<Line, (socket: Socket) => void>> = {
    kernel: (socket) => socket.on('data', (piece) => this.#keepLog(piece.toString('latin1'))),
    stdout: (socket) => socket.on('data', (piece) => this.#run.onStdout(piece)),
    stderr: (socket) => socket.on('data', (piece) => this.#run.onStderr(piece)),
    control: (socket) => socket.on('data', (piece) => this.#answer(socket, piece.toString('latin1'))),
  };

  constructor(run: VmRun) {
    this.#run = run;
  }

  /** Resolves with the exit code once the machine is off. */
  async ended(qemu: ChildProcess): Promise<number> {
    const { kernel, timeoutMs, signal } = this.#run;
    let complaint = '';
    qemu.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    let stopped: 'timeout' | 'aborted' | undefined;
    const stop = (reason: typeof stopped): void => {
      stopped ??= reason;
      qemu.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop('timeout'), timeoutMs);
    const abort = (): void => stop('aborted');
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    try {
      await once(qemu, 'close');
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
    if (stopped === 'aborted') throw new VmError('aborted', kernel, 'was killed before its command ended', '');
    if (stopped === 'timeout')
      throw new VmError('timeout', kernel, `was killed: not done within ${timeoutMs / 1000} s`, this.#kernelLog);
    if (this.#code === undefined) {
      throw new VmError('no-answer', kernel, `ended without an answer. ${complaint}`.trim(), this.#kernelLog);
    }
    return this.#code;
  }

  #keepLog(text: string): void {
    this.#kernelLog = (this.#kernelLog + text).slice(-8192);
  }

  #answer(socket: Socket, text: string): void {
    const before = this.#control.length;
    this.#control += text;
    const asked = this.#control.indexOf('ready\n');
    if (asked >= 0 && asked + 6 > before) socket.write(`${Buffer.from(this.#script()).toString('base64')}\n`);
    const exit = /^exit (\d+)$/m.exec(this.#control);
    if (exit !== null) this.#code = Number(exit[1]);
  }

  #script(): string {
    const { command, env = {} } = this.#run;
    const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}\n`);
    return `${exports.join('')}exec ${command.map(quote).join(' ')}\n`;
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

async function listen(path: string, listener: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // The machine was killed.
    listener(socket);
  }).listen(path);
  await once(server, 'listening');
  return server;
}

function startQemu({ kernel, initramfs, disks }: BootFiles, folder: string): ChildProcess {
  const append = `console=ttyS0 quiet panic=-1 mitigations=off waggle.project=${PROJECT}`;
  // Emulation needs no privilege, and gives every machine the same guest. Both processors run on one thread: on two, emulators before 8.1 may run
  // instructions that the other processor has just replaced, as the kernel does with its own when it attaches probes.
  const args = ['-accel', 'tcg,thread=single', '-cpu', 'max', '-smp', '2', '-m', '2048'];
  args.push('-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none');
  args.push('-kernel', kernel, '-initrd', initramfs, '-append', append);
  for (const line of LINES) {
    args.push('-chardev', `socket,id=${line},path=${join(folder, line)}`, '-serial', `chardev:${line}`);
  }
  for (const [index, disk] of disks.entries()) {
    const drive = `file=${disk},format=raw,if=none,id=disk${index},snapshot=on`;
    args.push('-drive', drive, '-device', `nvme,serial=disk${index},drive=disk${index}`);
  }
  // However this process ends, the machine ends with it.
  const words = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...args];
  return spawn('setpriv', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
