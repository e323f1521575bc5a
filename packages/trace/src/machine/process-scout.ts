import type { CompiledScript, Type } from '@waggle/bpftrace';
import type { CgroupTree } from '@waggle/identity';
import type { ResolvedTarget } from '../target/target.ts';
import type { ProcessTable } from './process-table.ts';

const FIRST_LOOK_MS = 20;
const LONGEST_PAUSE_MS = 1000;
/** A look costs some 50 µs a process. */
const MAX_PROCESSES = 256;

/**
 * Meets the processes of a target again and again while a trace runs, so that their user stacks can be named also when the maps are
 * shown at the end and the processes are gone. Looks are close together at first, when a command may be short-lived.
 */
export class ProcessScout {
  readonly #table: ProcessTable;
  readonly #pids: () => readonly number[];
  #timer: NodeJS.Timeout | undefined;

  constructor(table: ProcessTable, target: ResolvedTarget, tree: CgroupTree) {
    this.#table = table;
    this.#pids = () => pidsOf(target, tree);
    this.#schedule(FIRST_LOOK_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #schedule(pauseMs: number): void {
    this.#timer = setTimeout(() => {
      for (const pid of this.#pids().slice(0, MAX_PROCESSES)) this.#table.meet(pid).refresh();
      this.#schedule(Math.min(2 * pauseMs, LONGEST_PAUSE_MS));
    }, pauseMs).unref();
  }
}

/** The processes of a target now; none are named for the whole host, which has too many. */
function pidsOf(target: ResolvedTarget, tree: CgroupTree): readonly number[] {
  const { guard, cgroupIds } = target;
  if (guard?.pids !== undefined) return guard.pids;
  return cgroupIds.flatMap((id) => {
    const path = tree.pathOf(id);
    return path === undefined ? [] : [...tree.paths(path)].flatMap((below) => tree.pidsOf(below));
  });
}

/** Whether anything that a script stores or sends is an address in a process: a user stack, or one address. */
export function showsUserSymbols({ maps, actions }: CompiledScript): boolean {
  const stored = maps.flatMap(({ key, value }) => (key === undefined ? [value] : [key, value]));
  const sent = actions.flatMap(({ layout }) => layout.fields.map(({ type }) => type));
  return [...stored, ...sent].some(isUserAddress);
}

function isUserAddress(type: Type): boolean {
  switch (type.kind) {
    case 'ustack':
    case 'usym':
      return true;
    case 'array':
      return isUserAddress(type.element);
    case 'tuple':
      return type.elements.some(isUserAddress);
    case 'record':
      return type.fields.some((field) => isUserAddress(field.type));
    default:
      return false;
  }
}
