import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import type { CgroupTree } from '@waggle/identity';
import { CommandError } from './command-error.ts';
import { findExecutable } from './find-executable.ts';
import { WorkloadCgroup } from './workload-cgroup.ts';

/** How a command ended. */
export interface CommandEnd {
  /** As a shell tells it: the code, or 128 and the signal's number. */
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
}

/**
 * Gates wait for a line on descriptor 3 and then become the command: one process, one execve(2). If we die before, the line never comes, and
 * they end. A file `$1`, shown to it as `$2`; bash can tell a command another name than its path, so
 * that its messages look as usual.
 */
const BASH_GATE = `read -r line <&3 || exit 125; file=$1 name=$2; shift 2; exec -a "$name" "$file" "$@" 3<&-`;
const SH_GATE = `read -r line <&3 || exit 125; file=$1; shift 2; exec "$file" "$@" 3<&-`;

/**
 * A command in a cgroup of its own that is ready to run and waits for `release`: so tracing is attached before its execve(2).
 * It inherits standard input, output and error, and the terminal's signals.
 */
export class Command {
  readonly pid: number;
  readonly cgroup: WorkloadCgroup;
  readonly ended: Promise<CommandEnd>;
  readonly #child: ChildProcess;
  #released = false;

  /**
   * @param argv the command and its arguments.
   * @param label what its cgroup is called, in place of the command's name.
   * @throws CommandError
   */
  static async start(argv: readonly string[], tree: CgroupTree, label?: string): Promise<Command> {
    const [name, ...args] = argv;
    if (name === undefined) throw new CommandError('NOT_FOUND', 'no command given');
    const file = findExecutable(name);
    const cgroup = new WorkloadCgroup(tree, label ?? name);
    let command: Command | undefined;
    try {
      command = new Command(await spawnGate(file, name, args), cgroup);
      cgroup.adopt(command.pid);
      return command;
    } catch (error) {
      await (command ?? cgroup).close();
      throw error;
    }
  }

  private constructor(child: ChildProcess, cgroup: WorkloadCgroup) {
    this.pid = child.pid!;
    this.cgroup = cgroup;
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        if (signal === null) resolve({ exitCode: code ?? 0 });
        else resolve({ exitCode: 128 + constants.signals[signal], signal });
      });
    });
  }

  /** Lets it run. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    gateOf(this.#child).end('\n');
  }

  /** @returns whether it was still there. */
  kill(signal: NodeJS.Signals): boolean {
    return this.#child.kill(signal);
  }

  /**
   * Gives the cgroup up; resolves once it is gone. A command that was never released ends without having run; one that runs
   * goes on, in our own cgroup.
   */
  async close(): Promise<void> {
    if (!this.#released) {
      gateOf(this.#child).destroy();
      await this.ended;
    }
    await this.cgroup.close();
  }
}

function spawnGate(file: string, name: string, args: readonly string[]): Promise<ChildProcess> {
  const bash = ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path));
  const [shell, gate] = bash === undefined ? ['/bin/sh', SH_GATE] : [bash, BASH_GATE];
  // `-p` keeps bash from taking functions and start-up files from the environment; `--norc`, from reading ~/.bashrc, which it
  // does where its standard input is a socket.
  const flags = bash === undefined ? ['-c'] : ['--norc', '-p', '-c'];
  const path = file.includes('/') ? file : `./${file}`;
  const child = spawn(shell, [...flags, gate, 'waggle', path, name, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    child.once('spawn', () => {
      // The command may end without having read the line.
      gateOf(child).on('error', () => {});
      resolve(child);
    });
    child.once('error', (cause) => {
      reject(new CommandError('NOT_STARTED', `cannot start ${name}: ${cause.message}`, cause));
    });
  });
}

function gateOf(child: ChildProcess): Writable {
  return child.stdio[3] as Writable;
}
