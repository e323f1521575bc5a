import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mountPseudo } from '../sys/mount.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';

const TRACEFS = '/sys/kernel/tracing';
/** Where kernels before 4.1 had it, and where it still appears once debugfs is mounted. */
const DEBUGFS_TRACING = '/sys/kernel/debug/tracing';

export interface TracepointName {
  readonly category: string;
  readonly name: string;
}

/**
 * The folder of tracefs, which tells the ids and formats of tracepoints. Mounted where it is not and this process may.
 *
 * @throws UnsupportedError
 */
export function tracefs(): string {
  for (const path of [TRACEFS, DEBUGFS_TRACING]) if (existsSync(`${path}/events`)) return path;
  try {
    mountPseudo('tracefs', TRACEFS);
  } catch (cause) {
    if (process.geteuid?.() !== 0)
      throw new UnsupportedError('tracefs', `only root may read ${TRACEFS}`, undefined, cause);
    const reason = `not mounted at ${TRACEFS}, and mounting it failed; try "mount -t tracefs tracefs ${TRACEFS}" as root`;
    throw new UnsupportedError('tracefs', reason, '4.1', cause);
  }
  return TRACEFS;
}

/**
 * The number by which perf_event_open(2) knows a tracepoint. @throws UnsupportedError where there is no such
 * tracepoint.
 */
export function tracepointId(category: string, name: string): number {
  return Number(readEventFile(category, name, 'id'));
}

/** The text of a tracepoint's `format` file: the fields of its record, with offsets. @throws UnsupportedError */
export function readTracepointFormat(category: string, name: string): string {
  return readEventFile(category, name, 'format');
}

/** All tracepoints of this kernel, sorted; those of other tracing events (kprobes that someone defined) among them. */
export function listTracepoints(): readonly TracepointName[] {
  const list = readFileSync(`${tracefs()}/available_events`, 'latin1').trimEnd().split('\n').sort();
  return list.map((line) => {
    const colon = line.indexOf(':');
    return { category: line.slice(0, colon), name: line.slice(colon + 1) };
  });
}

/** The categories of tracepoints, sorted. */
export function listTracepointCategories(): readonly string[] {
  const entries = readdirSync(`${tracefs()}/events`, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function readEventFile(category: string, name: string, file: 'id' | 'format'): string {
  const root = tracefs();
  // Names come from scripts: they must not lead out of the folder.
  if (!/^[\w-]+$/.test(category) || !/^[\w-]+$/.test(name)) throw missing(category, name);
  try {
    return readFileSync(`${root}/events/${category}/${name}/${file}`, 'latin1');
  } catch (cause) {
    throw missing(category, name, cause);
  }
}

function missing(category: string, name: string, cause?: unknown): UnsupportedError {
  return new UnsupportedError(`tracepoint "${category}:${name}"`, 'not in this kernel', undefined, cause);
}
