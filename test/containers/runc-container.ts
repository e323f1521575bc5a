import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let counter = 0;

/** A real container of runc with busybox in it: a shell command that runs until the container is closed. */
export class RuncContainer {
  readonly id: string;
  readonly #bundle: string;
  readonly #run: ChildProcess;

  /** @param script for `sh -c`. */
  constructor(script: string) {
    this.id = `waggle-test-${process.pid}-${++counter}`;
    this.#bundle = mkdtempSync(join(tmpdir(), 'waggle-bundle-'));
    const bin = join(this.#bundle, 'rootfs/bin');
    mkdirSync(bin, { recursive: true });
    copyFileSync('/bin/busybox', join(bin, 'busybox'));
    for (const name of ['sh', 'cat', 'sleep']) symlinkSync('busybox', join(bin, name));
    execFileSync('runc', ['spec'], { cwd: this.#bundle });
    writeFileSync(join(this.#bundle, 'config.json'), JSON.stringify(config(script)));
    this.#run = spawn('runc', ['run', '--bundle', this.#bundle, this.id], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Ends its processes; the container then goes by itself. */
  kill(): void {
    execFileSync('runc', ['kill', this.id, 'KILL']);
  }

  /** Ends and removes it. */
  async close(): Promise<void> {
    execFileSync('runc', ['delete', '--force', this.id], { stdio: 'ignore' });
    if (this.#run.exitCode === null) await new Promise((resolve) => this.#run.once('exit', resolve));
    rmSync(this.#bundle, { recursive: true });
  }
}

/** The smallest runtime configuration (OCI runtime specification 1.0) that gives a container of its own. */
function config(script: string): object {
  return {
    ociVersion: '1.0.2',
    process: { user: { uid: 0, gid: 0 }, args: ['/bin/sh', '-c', script], env: ['PATH=/bin'], cwd: '/' },
    root: { path: 'rootfs', readonly: true },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type })) },
  };
}
