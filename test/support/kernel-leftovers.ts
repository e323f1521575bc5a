import { readdirSync, readFileSync } from 'node:fs';
import { objectIds } from '@waggle/bpf/sys';
import { CgroupTree, WORKLOADS_PATH } from '@waggle/identity';
import { afterAll, beforeAll } from 'vitest';
import { waitUntil } from './wait-until.ts';

const KINDS = {
  prog_id: 'BPF_PROG_GET_NEXT_ID',
  map_id: 'BPF_MAP_GET_NEXT_ID',
  link_id: 'BPF_LINK_GET_NEXT_ID',
} as const;

type Kind = keyof typeof KINDS;

/** `prog_id 12`, `map_id 7`, … */
type ObjectName = `${Kind} ${number}`;

const tree = new CgroupTree();

/** Every BPF program, map and link of this kernel. */
export function bpfObjects(): Set<ObjectName> {
  const kinds = Object.keys(KINDS) as Kind[];
  return new Set(kinds.flatMap((kind) => [...objectIds(KINDS[kind])].map((id): ObjectName => `${kind} ${id}`)));
}

/** Those that a process has open, as `/proc/PID/fdinfo` tells. */
export function bpfObjectsOf(pid: number): Set<ObjectName> {
  const folder = `/proc/${pid}/fdinfo`;
  const found = new Set<ObjectName>();
  for (const fd of list(folder)) {
    for (const [, kind, id] of read(`${folder}/${fd}`).matchAll(/^(prog_id|map_id|link_id):\s*(\d+)$/gm)) {
      found.add(`${kind as Kind} ${Number(id)}`);
    }
  }
  return found;
}

/** Cgroups of traced commands, whichever waggle made them. */
export function commandCgroups(waggle?: number): string[] {
  const all = list(tree.folder(WORKLOADS_PATH)).filter((name) => /-\d+-\d+$/.test(name));
  return waggle === undefined ? all : all.filter((name) => name.includes(`-${waggle}-`));
}

/** Waits until no process is left in the cgroup of a command. */
export function commandEnded(waggle: number): Promise<void> {
  return waitUntil('the command has ended', () => {
    const [name] = commandCgroups(waggle);
    return name === undefined || tree.pidsOf(`${WORKLOADS_PATH}/${name}`).length === 0;
  });
}

/** The processes of a traced command. */
export function commandPids(waggle: number): readonly number[] {
  return commandCgroups(waggle).flatMap((name) => tree.pidsOf(`${WORKLOADS_PATH}/${name}`));
}

/**
 * Put into a test file, fails it where its tests leave a BPF object or a command's cgroup behind. Objects that another living process holds
 * are that one's business.
 */
export function expectNothingLeft(): void {
  let before: ReadonlySet<ObjectName>;
  let cgroupsBefore: readonly string[];
  beforeAll(() => {
    before = bpfObjects();
    cgroupsBefore = commandCgroups();
  });
  afterAll(async () => {
    await waitUntil('no cgroup of a command is left', () =>
      commandCgroups().every((name) => cgroupsBefore.includes(name) || isForeign(name)),
    );
    let left: ObjectName[] = [];
    await waitUntil('no BPF object is left', () => {
      left = [...bpfObjects()].filter((name) => !before.has(name));
      if (left.length === 0) return true;
      const held = new Set(foreignProcesses().flatMap((pid) => [...bpfObjectsOf(pid)]));
      left = left.filter((name) => !held.has(name));
      return left.length === 0;
    });
  });
}

/** The waggle that made it still lives: it is another's, as ours have ended. */
function isForeign(cgroup: string): boolean {
  const pid = /-(\d+)-\d+$/.exec(cgroup)?.[1];
  return read(`/proc/${pid}/stat`) !== '';
}

/** All but this process and its children. */
function foreignProcesses(): number[] {
  const pids = list('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => !isOurs(pid));
}

function isOurs(pid: number): boolean {
  if (pid <= 1) return false;
  // proc(5), `stat`: pid (comm) state ppid; the name may hold anything.
  return pid === process.pid || isOurs(Number(/^.*\) \S (\d+)/s.exec(read(`/proc/${pid}/stat`))?.[1] ?? 0));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // Gone meanwhile.
  }
}
