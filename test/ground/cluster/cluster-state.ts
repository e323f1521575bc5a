import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLUSTERS_FOLDER, type ClusterLayout, clusterFolder, clusterLayout } from './cluster-layout.ts';
import type { Daemon } from './daemon.ts';

/** What a cluster's folder remembers from one command to the next. */
export interface ClusterRecord {
  readonly layout: ClusterLayout;
  /** Since when the machine runs: after a restart, nothing of the record lives. */
  readonly boot: string;
  /** `up` got to its end. */
  readonly complete: boolean;
  /** For whom it was started, where somebody said so. */
  readonly owner?: string;
}

/** A cluster as a program uses it, and the file `cluster.json` of its folder. */
export interface ClusterFacts {
  readonly name: string;
  readonly server: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Path of a kubectl of the same version. */
  readonly kubectl: string;
  /** PEM: who signs the API server's and the kubelets' certificates. */
  readonly ca: string;
  readonly hostAddress: string;
  readonly nodes: readonly NodeFacts[];
}

export interface NodeFacts {
  readonly name: string;
  readonly address: string;
  readonly podCidr: string;
  /** The kubelet's `cgroupRoot`: pods are below its `kubepods`, in every hierarchy. */
  readonly cgroupRoot: string;
  /** The runtime's socket, as processes of the host reach it. */
  readonly containerdSocket: string;
  /** The same socket inside of the node, for a `hostPath` volume: a path that all nodes have in common. */
  readonly containerdSocketInNode: string;
  /** What the node has as `/run` and `/var`, as processes of the host reach it. */
  readonly runFolder: string;
  readonly varFolder: string;
  /** Any process in the node's mount, network and UTS namespaces, for nsenter(1). */
  readonly namespacesPid: number;
}

const RECORD = 'record.json';
const FACTS = 'cluster.json';

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Names of the clusters that have left a folder. */
export function clusterNames(): readonly string[] {
  return existsSync(CLUSTERS_FOLDER) ? readdirSync(CLUSTERS_FOLDER).filter((name) => hasFolder(name)) : [];
}

export function hasFolder(name: string): boolean {
  return existsSync(clusterFolder(name));
}

/** Absent where there is no cluster, or none that got as far as its record. */
export function readRecord(name: string): ClusterRecord | undefined {
  const record = readJson<Omit<ClusterRecord, 'layout'> & { slot: number }>(join(clusterFolder(name), RECORD));
  return record && { ...record, layout: clusterLayout(name, record.slot) };
}

export function writeRecord({ layout, ...rest }: ClusterRecord): void {
  mkdirSync(layout.folder, { recursive: true, mode: 0o755 });
  writeJson(join(layout.folder, RECORD), { slot: layout.slot, ...rest });
}

/** The facts of a cluster that is up. */
export function readFacts(name: string): ClusterFacts | undefined {
  return readJson<ClusterFacts>(join(clusterFolder(name), FACTS));
}

export function writeFacts(facts: ClusterFacts): void {
  writeJson(join(clusterFolder(facts.name), FACTS), facts);
}

/** All daemons that were started, in that order. */
export function readDaemons(layout: ClusterLayout): readonly Daemon[] {
  const folder = join(layout.folder, 'daemons');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const daemons = names.map((name) => readJson<Daemon>(join(folder, name))).filter((daemon) => daemon !== undefined);
  return daemons.sort((a, b) => a.order - b.order);
}

export function writeDaemon(layout: ClusterLayout, daemon: Daemon): void {
  const folder = join(layout.folder, 'daemons');
  mkdirSync(folder, { recursive: true });
  writeJson(join(folder, `${daemon.name}.json`), daemon);
}

/** Absent where there is no such file, or no JSON in it: everything is written in one step, so that is not ours. */
function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}
