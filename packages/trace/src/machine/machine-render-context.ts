import type { BpfMap, KernelSymbols } from '@waggle/bpf';
import type { CompiledScript, StackType } from '@waggle/bpftrace';
import type { RenderContext, SymbolName } from '@waggle/bpftrace/output';
import type { CgroupTree } from '@waggle/identity';
import type { InternedTexts } from '../identity/interned-texts.ts';
import { type ClockOffsets, readClockOffsets } from './clock-offsets.ts';
import type { MachineFacts } from './machine-facts.ts';
import { ProcessTable } from './process-table.ts';
import { readUserNames } from './user-names.ts';

/** Names that are kept of kernel and user addresses; a hot path has few. */
const MAX_NAMES = 16_384;

/** Where the answers for one trace come from. */
export interface RenderParts {
  readonly script: CompiledScript;
  /** The trace's, by spec name. */
  readonly maps: ReadonlyMap<string, BpfMap>;
  readonly facts: MachineFacts;
  readonly tree: CgroupTree;
  readonly texts: InternedTexts;
}

/** What showing the values of one trace asks of this machine. Symbols, users and stacks are read when they are first asked for. */
export class MachineRenderContext implements RenderContext {
  readonly clocks: ClockOffsets = readClockOffsets();
  readonly processes = new ProcessTable();
  readonly nowMs = (): number => Date.now();
  readonly #facts: MachineFacts;
  readonly #tree: CgroupTree;
  readonly #texts: InternedTexts;
  readonly #stackMaps: ReadonlyMap<number, BpfMap>;
  readonly #kernelNames = new Map<bigint, SymbolName | undefined>();
  #users: ReadonlyMap<number, string> | undefined;

  constructor({ script, maps, facts, tree, texts }: RenderParts) {
    this.#facts = facts;
    this.#tree = tree;
    this.#texts = texts;
    this.#stackMaps = new Map(
      script.stackMaps.flatMap(({ limit, map }) => {
        const found = maps.get(map);
        return found === undefined ? [] : [[limit, found] as const];
      }),
    );
  }

  kernelSymbol(address: bigint): SymbolName | undefined {
    const known = this.#kernelNames.get(address);
    if (known !== undefined || this.#kernelNames.has(address)) return known;
    const name = nameIn(this.#facts.kernelSymbols, address);
    this.#kernelNames.set(address, name);
    if (this.#kernelNames.size > MAX_NAMES) this.#kernelNames.delete(this.#kernelNames.keys().next().value!);
    return name;
  }

  userSymbol(pid: number, address: bigint): SymbolName | undefined {
    const found = this.processes.lookup(pid, address);
    if (found?.name === undefined) return undefined;
    return { name: found.name, offset: BigInt(found.offset), module: found.module };
  }

  stack(type: StackType, id: bigint): readonly bigint[] | undefined {
    if (id < 0n || id > 0xffff_ffffn) return undefined;
    const key = Buffer.alloc(4);
    key.writeUInt32LE(Number(id));
    const value = this.#stackMaps.get(type.limit)?.lookup(key);
    return value === undefined ? undefined : readFrames(value);
  }

  userName(uid: number): string | undefined {
    this.#users ??= readUserNames();
    return this.#users.get(uid);
  }

  cgroupPath(id: bigint): string | undefined {
    return this.#tree.pathOf(id);
  }

  internedText(id: number): string | undefined {
    return this.#texts.textOf(id);
  }

  wallClockNs(clock: keyof ClockOffsets, ns: bigint): bigint {
    return ns + this.clocks[clock];
  }
}

/** A stack map's value: u64 addresses, innermost first; zeros behind the last. */
export function readFrames(value: Buffer): bigint[] {
  const frames: bigint[] = [];
  for (let at = 0; at + 8 <= value.length; at += 8) {
    const address = value.readBigUInt64LE(at);
    if (address === 0n) break;
    frames.push(address);
  }
  return frames;
}

function nameIn(symbols: KernelSymbols | undefined, address: bigint): SymbolName | undefined {
  const found = symbols?.lookup(address);
  if (found === undefined) return undefined;
  const { name, offset, module } = found;
  return { name, offset: BigInt(offset), ...(module === undefined ? {} : { module }) };
}
