import { rmSync } from 'node:fs';
import { adminClient } from './admin-client.ts';
import { ClusterError } from './cluster-error.ts';
import { type ClusterLayout, clusterFolder, clusterLayout, DEFAULT_CLUSTER } from './cluster-layout.ts';
import {
  bootId,
  type ClusterFacts,
  type ClusterRecord,
  clusterNames,
  hasFolder,
  readDaemons,
  readFacts,
  readRecord,
  writeRecord,
} from './cluster-state.ts';
import { type Daemon, deathOf, isRunning, startDaemon, stopDaemon } from './daemon.ts';
import { exclusively } from './exclusively.ts';
import { kubernetesBinaries } from './kubernetes-binaries.ts';
import { linkPrograms } from './link-programs.ts';
import { freeSlot } from './network.ts';
import { holdsNamespaces, namespacesOf } from './node.ts';
import { type Progress, SILENT } from './progress.ts';
import { waitUntilUsable } from './readiness.ts';
import { removeCluster } from './remove-cluster.ts';
import { type StartOptions, startCluster } from './start-cluster.ts';
import { ensureSystemPackages } from './system-packages.ts';

export interface ClusterOptions {
  /** Several may stand side by side. */
  readonly name?: string;
  readonly progress?: Progress;
}

export interface UpOptions extends ClusterOptions {
  /** Words for the record, to know later who wanted it. */
  readonly owner?: string;
  /** Ends it: what has been started is taken down. */
  readonly signal?: AbortSignal;
}

/** What a cluster's programs run on. */
const PACKAGES = [
  ...['etcd-server', 'containerd', 'runc', 'containernetworking-plugins', 'iptables', 'conntrack', 'socat'],
  ...['iproute2', 'util-linux', 'openssl', 'busybox-static', 'gcc', 'libc6-dev'],
];

/**
 * Brings a cluster up, and resolves when it can be used. One that is up already is left as it is, save that what has ended is started again; what is left of a
 * half one is removed first.
 */
export async function clusterUp(options: UpOptions = {}): Promise<ClusterFacts> {
  const { name = DEFAULT_CLUSTER, progress = SILENT, owner, signal } = options;
  if (process.getuid!() !== 0) throw new ClusterError('a cluster needs root: it makes namespaces, cgroups and links');
  const ready = await exclusively('cluster', progress, () => repair(name, progress, signal));
  if (ready !== undefined) return ready;
  await ensureSystemPackages(PACKAGES);
  const bin = await kubernetesBinaries(progress, signal); // May take minutes, in which other clusters go their ways.
  return exclusively('cluster', progress, async () => {
    signal?.throwIfAborted();
    const meanwhile = await repair(name, progress, signal);
    if (meanwhile !== undefined) return meanwhile;
    const slots = clusterNames().map((other) => readRecord(other)?.layout.slot);
    const layout = clusterLayout(name, await freeSlot(new Set(slots.filter((slot) => slot !== undefined))));
    const record = { layout, boot: bootId(), ...(owner !== undefined && { owner }) };
    writeRecord({ ...record, complete: false });
    linkPrograms(bin, layout.bin);
    const facts = await startOrRemove(layout, { progress, signal });
    writeRecord({ ...record, complete: true });
    return facts;
  });
}

/** All or nothing. */
async function startOrRemove(layout: ClusterLayout, options: StartOptions): Promise<ClusterFacts> {
  const { progress, signal } = options;
  try {
    return await startCluster(layout, options);
  } catch (error) {
    progress.say(signal?.aborted ? 'interrupted: taking it down …' : 'failed: taking down what was started …');
    await removeCluster(layout);
    throw signal?.aborted ? signal.reason : error;
  }
}

/** Takes a cluster down, in whatever state it is; `false` where there is none. */
export async function clusterDown({
  name = DEFAULT_CLUSTER,
  progress = SILENT,
}: ClusterOptions = {}): Promise<boolean> {
  return exclusively('cluster', progress, () => remove(name));
}

async function remove(name: string): Promise<boolean> {
  if (!hasFolder(name)) return false;
  const record = readRecord(name);
  if (record === undefined)
    rmSync(clusterFolder(name), { recursive: true }); // The record is the first thing that is written.
  else await removeCluster(record.layout);
  return true;
}

/** The facts of a cluster that was up, with what has ended in it started again. Absent: there is nothing (any more), a new one can be started. */
async function repair(name: string, progress: Progress, signal?: AbortSignal): Promise<ClusterFacts | undefined> {
  const record = readRecord(name);
  const facts = readFacts(name);
  if (record !== undefined && facts !== undefined && isRepairable(record)) {
    const ended = readDaemons(record.layout).filter((daemon) => !isRunning(daemon));
    for (const daemon of ended) {
      progress.say(`${daemon.name} has ended: starting it again`);
      await startAgain(record.layout, daemon);
    }
    using api = adminClient(record.layout);
    await waitUntilUsable(api, nodeNames(record.layout), { failure: () => deathIn(record.layout), signal });
    return facts;
  }
  if (await remove(name)) progress.say('removed what was left of an earlier one');
  return undefined;
}

/** It was up, and its nodes' namespaces, with their networks and mounts, are still there. */
function isRepairable({ complete, boot, layout }: ClusterRecord): boolean {
  const daemons = readDaemons(layout);
  return complete && boot === bootId() && daemons.filter(holdsNamespaces).every(isRunning);
}

function nodeNames({ nodes }: ClusterLayout): readonly string[] {
  return nodes.map(({ name }) => name);
}

function deathIn(layout: ClusterLayout): string | undefined {
  return readDaemons(layout)
    .map((daemon) => deathOf(layout, daemon))
    .find((death) => death !== undefined);
}

async function startAgain(layout: ClusterLayout, daemon: Daemon): Promise<void> {
  const holder = readDaemons(layout).find((one) => one.name === namespacesOf(daemon.node));
  await startDaemon(layout, daemon, daemon.order, holder?.pid);
}

/** Ends one program of a cluster at once, as a fault would: `kube-apiserver`, `kubelet@node-b`. */
export async function stopComponent(component: string, { name = DEFAULT_CLUSTER }: ClusterOptions = {}): Promise<void> {
  await stopDaemon(findDaemon(name, component).daemon);
}

/** Starts it again, if it does not run. It may take a moment until it does its work. */
export async function startComponent(
  component: string,
  { name = DEFAULT_CLUSTER }: ClusterOptions = {},
): Promise<void> {
  const { layout, daemon } = findDaemon(name, component);
  if (!isRunning(daemon)) await startAgain(layout, daemon);
}

function findDaemon(name: string, component: string): { layout: ClusterLayout; daemon: Daemon } {
  const layout = readRecord(name)?.layout;
  if (layout === undefined) throw new ClusterError(`cluster ${name} is not up`);
  const daemons = readDaemons(layout).filter((daemon) => !holdsNamespaces(daemon));
  const daemon = daemons.find((one) => one.name === component);
  if (daemon !== undefined) return { layout, daemon };
  throw new ClusterError(`no component ${component}; there are ${daemons.map((one) => one.name).join(', ')}`);
}
