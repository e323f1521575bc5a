import { encodeText } from '@waggle/bpftrace/output';
import { type FactList, type FactsInit, symbolInit } from '../facts/fact-collector.ts';
import { viewOf } from '../record-batch.ts';
import type { Slot } from '../value-slots.ts';
import type { FrameContent, PortableValue, SlotContent } from './portable-value.ts';

/** Facts that readers keep before they begin anew. */
const MAX_FACTS = 65_536;

/**
 * The facts of the source that stands for all nodes together. Two nodes may have different things under one address or number, and one thing
 * under two: here each thing has one, the first node's where that is free.
 */
export class MergedFacts {
  #kernel = new Numbers();
  readonly #user = new Map<number, Numbers>();
  readonly #stacks = new Map<number, Numbers>();
  #users = new Numbers();
  #cgroups = new Numbers();
  #texts = new Numbers(1n);
  #pending = noFacts();
  #count = 0;

  /** The bytes of a value with this source's numbers in its slots. What they mean waits to be taken. */
  place({ bytes, contents }: PortableValue, slots: readonly Slot[]): Uint8Array {
    if (slots.length === 0) return bytes;
    const placed = bytes.slice();
    const view = viewOf(placed);
    for (const [index, { offset }] of slots.entries()) this.#write(view, offset, contents[index]!);
    return placed;
  }

  /** What is to be said before the values that were placed; undefined: nothing. */
  take(): FactsInit | undefined {
    const taken = this.#pending;
    this.#pending = noFacts();
    const isEmpty = taken.forget !== true && LISTS.every((name) => taken[name].length === 0);
    return isEmpty ? undefined : taken;
  }

  /** Call it when nothing is pending: readers forget with the next facts, if they hold many. */
  trim(): void {
    if (this.#count < MAX_FACTS) return;
    this.#count = 0;
    this.#kernel = new Numbers();
    this.#user.clear();
    this.#stacks.clear();
    this.#users = new Numbers();
    this.#cgroups = new Numbers();
    this.#texts = new Numbers(1n);
    this.#pending.forget = true;
  }

  #write(view: DataView, offset: number, content: SlotContent): void {
    switch (content.kind) {
      case 'address':
        view.setBigUint64(offset, this.#address(content), true);
        if (content.pid === undefined) return;
        view.setUint32(offset + 8, content.pid, true);
        view.setUint32(offset + 12, 0, true);
        return;
      case 'stack':
        view.setBigInt64(offset, this.#stack(content), true);
        view.setUint32(offset + 8, content.pid, true);
        view.setUint32(offset + 12, 0, true);
        return;
      case 'user':
        view.setBigUint64(offset, this.#userName(content), true);
        return;
      case 'cgroup':
        view.setBigUint64(offset, this.#cgroup(content), true);
        return;
      case 'text':
        view.setUint32(offset, this.#text(content), true);
        return;
      case 'time':
        view.setBigUint64(offset, content.wallNs, true);
        return;
    }
  }

  #address({ pid, address, symbol, id }: FrameContent): bigint {
    const numbers = pid === undefined ? this.#kernel : numbersOf(this.#user, pid);
    const { number, isNew } = numbers.of(id, address);
    // An address without a symbol that another node has something under: shown as itself all the same.
    const name = symbol ?? (number === address ? undefined : { name: `0x${address.toString(16)}`, offset: 0n });
    if (!isNew || name === undefined) return number;
    this.#count++;
    if (pid === undefined) this.#pending.kernelSymbols.push({ address: number, symbol: symbolInit(name) });
    else this.#pending.userSymbols.push({ pid, address: number, symbol: symbolInit(name) });
    return number;
  }

  #stack({ type, stackId, pid, frames, id }: Extract<SlotContent, { kind: 'stack' }>): bigint {
    if (frames === undefined) return -1n;
    // Frames of raw stacks are shown as addresses; the frames of one stack belong to one process.
    const isNamed = type.mode === 'bpftrace' || type.mode === 'perf';
    const key = `${type.kind} ${isNamed ? pid : 'raw'} ${id}`;
    const { number, isNew } = numbersOf(this.#stacks, type.limit).of(key, stackId);
    if (!isNew) return number;
    const addresses = frames.map((frame) => (isNamed ? this.#address(frame) : frame.address));
    this.#count += 1 + addresses.length;
    this.#pending.stacks.push({ limit: type.limit, id: number, addresses });
    return number;
  }

  #userName({ uid, name, id }: Extract<SlotContent, { kind: 'user' }>): bigint {
    const { number, isNew } = this.#users.of(id, uid);
    const shown = name ?? (number === uid ? undefined : String(uid));
    if (isNew && shown !== undefined) {
      this.#count++;
      this.#pending.userNames.push({ uid: number, name: encodeText(shown) });
    }
    return number;
  }

  #cgroup({ cgroupId, path, id }: Extract<SlotContent, { kind: 'cgroup' }>): bigint {
    const { number, isNew } = this.#cgroups.of(id, cgroupId);
    if (isNew && path !== undefined) {
      this.#count++;
      this.#pending.cgroupPaths.push({ cgroupId: number, path: encodeText(path) });
    }
    return number;
  }

  #text({ textId, text, id }: Extract<SlotContent, { kind: 'text' }>): number {
    if (text === undefined) return 0;
    const { number, isNew } = this.#texts.of(id, BigInt(textId));
    if (isNew) {
      this.#count++;
      this.#pending.internedTexts.push({ id: Number(number), text: encodeText(text) });
    }
    return Number(number);
  }
}

/** Numbers for things, one each. */
class Numbers {
  readonly #byId = new Map<string, bigint>();
  readonly #taken = new Set<bigint>();
  #free: bigint;

  /** @param firstFree where to look for numbers for things that cannot have the wanted one. */
  constructor(firstFree = 0x2000_0000n) {
    this.#free = firstFree;
  }

  of(id: string, wanted: bigint): { readonly number: bigint; readonly isNew: boolean } {
    const known = this.#byId.get(id);
    if (known !== undefined) return { number: known, isNew: false };
    let number = wanted;
    while (this.#taken.has(number)) number = this.#free++;
    this.#taken.add(number);
    this.#byId.set(id, number);
    return { number, isNew: true };
  }
}

function numbersOf(tables: Map<number, Numbers>, key: number): Numbers {
  let found = tables.get(key);
  if (found === undefined) {
    found = new Numbers();
    tables.set(key, found);
  }
  return found;
}

const LISTS: readonly FactList[] = [
  'kernelSymbols',
  'userSymbols',
  'stacks',
  'userNames',
  'cgroupPaths',
  'internedTexts',
];

type FactLists = { [Name in FactList]: NonNullable<FactsInit[Name]>[number][] } & { forget?: boolean };

function noFacts(): FactLists {
  return { kernelSymbols: [], userSymbols: [], stacks: [], userNames: [], cgroupPaths: [], internedTexts: [] };
}
