import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupProcsFiles, makeCgroup } from './cgroups.ts';
import { ClusterError } from './cluster-error.ts';
import type { ClusterLayout } from './cluster-layout.ts';
import { writeDaemon } from './cluster-state.ts';
import { processStartTime } from './process-start-time.ts';
import { PLAIN_ENV } from './run.ts';
import { waitFor } from './wait-for.ts';

/** How to start a program of the cluster, once more if need be. */
export interface DaemonSpec {
  /** `kube-apiserver`, `kubelet@node-a`. */
  readonly name: string;
  readonly argv: readonly string[];
  /** It runs in this cgroup, in every hierarchy. */
  readonly cgroup: string;
  /** The name of the node in whose namespaces it runs; absent: the host's. */
  readonly node?: string;
}

/** One that was started: a process id may be taken by another process later, its start time tells. */
export interface Daemon extends DaemonSpec {
  readonly order: number;
  readonly pid: number;
  readonly startTime: string;
}

/** `sh -c`: enters the cgroups whose number and files come first, then becomes the program. */
const ENTER_CGROUPS = 'n=$1; shift; while [ $n -gt 0 ]; do echo $$ >"$1" || exit 1; shift; n=$((n-1)); done; exec "$@"';

/**
 * Starts a program that goes on when we end, with its output in a log file, and remembers it.
 * @param order its place among the others when all are started once more.
 */
export async function startDaemon(
  layout: ClusterLayout,
  spec: DaemonSpec,
  order: number,
  namespacesPid?: number,
): Promise<Daemon> {
  makeCgroup(spec.cgroup);
  const files = cgroupProcsFiles(spec.cgroup);
  const enter = namespacesPid === undefined ? [] : nsenter(namespacesPid);
  const log = openLog(layout, spec.name);
  const words = ['-c', ENTER_CGROUPS, 'sh', String(files.length), ...files, ...enter, ...spec.argv];
  const child = spawn('/bin/sh', words, { detached: true, stdio: ['ignore', log, log], env: PLAIN_ENV, cwd: '/' });
  closeSync(log);
  child.unref();
  await new Promise((resolve, reject) => child.once('spawn', () => resolve(undefined)).once('error', reject));
  const daemon = { ...spec, order, pid: child.pid!, startTime: processStartTime(child.pid!) ?? '' };
  writeDaemon(layout, daemon);
  return daemon;
}

/** Words that run what follows them in a node. */
export function nsenter(pid: number): readonly string[] {
  return ['nsenter', `--target=${pid}`, '--mount', '--net', '--uts', '--wd=/', '--'];
}

/** Whether it still is the process that was started. */
export function isRunning({ pid, startTime }: Daemon): boolean {
  return startTime !== '' && processStartTime(pid) === startTime;
}

/** Ends it at once, and waits until it is gone. */
export async function stopDaemon(daemon: Daemon): Promise<void> {
  if (!isRunning(daemon)) return;
  process.kill(daemon.pid, 'SIGKILL');
  await waitFor(`the end of ${daemon.name}`, () => !isRunning(daemon));
}

/** For waiting: that it has ended, and its last words. */
export function deathOf(layout: ClusterLayout, daemon: Daemon): string | undefined {
  return isRunning(daemon)
    ? undefined
    : `${daemon.name} has ended; the end of its log:\n${logTail(layout, daemon.name)}`;
}

/** Waits for something that a daemon does, no longer than it lives. */
export function waitForDaemon<T>(
  layout: ClusterLayout,
  daemon: Daemon,
  attempt: () => T | undefined | false | Promise<T | undefined | false>,
  signal?: AbortSignal,
): Promise<T> {
  return waitFor(daemon.name, attempt, { failure: () => deathOf(layout, daemon), signal }).catch((error: unknown) => {
    if (signal?.aborted || !isRunning(daemon) || !(error instanceof ClusterError)) throw error;
    throw new ClusterError(`${error.message}; the end of its log:\n${logTail(layout, daemon.name)}`);
  });
}

export function logPath(layout: ClusterLayout, name: string): string {
  return join(layout.folder, 'logs', `${name}.log`);
}

function logTail(layout: ClusterLayout, name: string): string {
  return readFileSync(logPath(layout, name), 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}

function openLog(layout: ClusterLayout, name: string): number {
  mkdirSync(join(layout.folder, 'logs'), { recursive: true });
  return openSync(logPath(layout, name), 'a');
}
