import type { MessageInitShape } from '@bufbuild/protobuf';
import type { StackType } from '@waggle/bpftrace';
import { encodeText, type RenderContext, type SymbolName } from '@waggle/bpftrace/output';
import type { FactsSchema, SymbolSchema } from '../frames_pb.ts';
import type { Slot } from '../value-slots.ts';
import { HiddenAddresses } from './hidden-addresses.ts';

/** The content of a `facts` frame, all but its source. */
export type FactsInit = Partial<Omit<MessageInitShape<typeof FactsSchema>, '$typeName' | '$unknown'>>;

export type FactList = 'kernelSymbols' | 'userSymbols' | 'stacks' | 'userNames' | 'cgroupPaths' | 'internedTexts';

/** Asks the machine what one record, key or value at `offset` needs, if that has not been said yet. */
export type AskFacts = (view: DataView, offset: number, render: RenderContext) => void;

/** Facts that both sides of a stream keep before they begin anew; a stack counts its frames. */
const MAX_FACTS = 65_536;

/**
 * The sending side's memory of what a stream's readers know: each fact is asked of the machine once, when it is first needed, and sent
 * once, before what needs it.
 */
export class FactCollector {
  readonly #kernel = new Asked<number | bigint>();
  readonly #user = new Asked<string>();
  /** By what is sent of a stack: its symbols too, or its addresses alone. */
  readonly #stacks = new Map<string, Asked<number>>();
  readonly #users = new Asked<bigint>();
  readonly #cgroups = new Asked<bigint>();
  readonly #texts = new Asked<number>();
  readonly #hidden: HiddenAddresses | undefined;
  #pending: FactsInit | undefined;
  #count = 0;
  #toldClocks = false;

  /** @param hidesKernelAddresses stacks of the kernel say what is called where, not where that is. */
  constructor(hidesKernelAddresses = false) {
    this.#hidden = hidesKernelAddresses ? new HiddenAddresses() : undefined;
  }

  /** The readers should forget: see `forget`. */
  get isFull(): boolean {
    return this.#count >= MAX_FACTS;
  }

  /** Undefined where the slots need nothing. */
  asker(slots: readonly Slot[]): AskFacts | undefined {
    const asks = slots.flatMap((slot) => this.#askerOf(slot) ?? []);
    if (asks.length <= 1) return asks[0];
    return (view, offset, render) => {
      for (const ask of asks) ask(view, offset, render);
    };
  }

  /** What has been learnt since the last time; undefined: nothing. */
  take(render: RenderContext): FactsInit | undefined {
    if (!this.#toldClocks) {
      this.#toldClocks = true;
      this.#facts.clocks = {
        monotonicNs: render.wallClockNs('monotonic', 0n),
        bootNs: render.wallClockNs('boot', 0n),
        taiNs: render.wallClockNs('tai', 0n),
      };
    }
    const taken = this.#pending;
    this.#pending = undefined;
    return taken;
  }

  /** Nothing has been said: the reader forgets as well, with the next facts. Call it when nothing is pending. */
  forget(): void {
    for (const asked of this.#all()) asked.clear();
    this.#count = 0;
    this.#toldClocks = false;
    this.#facts.forget = true;
  }

  /** What nobody could answer is asked again from now on. */
  retry(): void {
    for (const asked of this.#all()) asked.unanswered.clear();
  }

  #all(): Asked<unknown>[] {
    return [this.#kernel, this.#user, ...this.#stacks.values(), this.#users, this.#cgroups, this.#texts];
  }

  get #facts(): FactsInit {
    this.#pending ??= {};
    return this.#pending;
  }

  #askerOf({ type, offset: slot }: Slot): AskFacts | undefined {
    switch (type.kind) {
      case 'ksym':
        return (view, offset, render) => {
          const key = addressKey(view.getUint32(offset + slot, true), view.getUint32(offset + slot + 4, true));
          if (this.#kernel.isNew(key)) this.#kernelSymbol(key, view.getBigUint64(offset + slot, true), render);
        };
      case 'usym':
        return (view, offset, render) =>
          this.#userSymbol(view.getUint32(offset + slot + 8, true), view.getBigUint64(offset + slot, true), render);
      case 'kstack':
      case 'ustack':
        return this.#stackAsker(type, slot);
      case 'username':
        return (view, offset, render) => this.#userName(view.getBigUint64(offset + slot, true), render);
      case 'cgroup-path':
        return (view, offset, render) => this.#cgroupPath(view.getBigUint64(offset + slot, true), render);
      case 'interned':
        return (view, offset, render) => this.#internedText(view.getUint32(offset + slot, true), render);
      case 'timestamp':
        return undefined;
    }
  }

  /** @param sent what stands for the address in the stream. */
  #kernelSymbol(key: number | bigint, address: bigint, render: RenderContext, sent = address): void {
    const symbol = this.#kernel.answer(key, render.kernelSymbol(address));
    if (symbol === undefined) return;
    push(this.#facts, 'kernelSymbols', { address: sent, symbol: symbolInit(symbol) });
    this.#count++;
  }

  #userSymbol(pid: number, address: bigint, render: RenderContext): void {
    const key = `${pid} ${address}`;
    if (!this.#user.isNew(key)) return;
    const symbol = this.#user.answer(key, render.userSymbol(pid, address));
    if (symbol === undefined) return;
    push(this.#facts, 'userSymbols', { pid, address, symbol: symbolInit(symbol) });
    this.#count++;
  }

  /** Stacks of one limit share a numbering; what their symbols are depends on the process. */
  #stackAsker(type: StackType, slot: number): AskFacts {
    const isUser = type.kind === 'ustack';
    const isNamed = type.mode === 'bpftrace' || type.mode === 'perf';
    const asked = this.#stacksOf(`${type.limit} ${isNamed ? type.kind : 'raw'}`);
    return (view, offset, render) => {
      const low = view.getUint32(offset + slot, true);
      // Negative: no stack. Numbers are those of the entries of a stack map.
      if (view.getInt32(offset + slot + 4, true) !== 0 || low > MAX_STACK_ID) return;
      const pid = isUser && isNamed ? view.getUint32(offset + slot + 8, true) : 0;
      const key = low * PIDS + (pid % PIDS);
      if (asked.isNew(key)) this.#stack(type, { id: BigInt(low), pid, key, asked }, render);
    };
  }

  #stack(
    type: StackType,
    {
      id,
      pid,
      key,
      asked,
    }: { readonly id: bigint; readonly pid: number; readonly key: number; readonly asked: Asked<number> },
    render: RenderContext,
  ): void {
    const addresses = asked.answer(key, render.stack(type, id));
    if (addresses === undefined) return;
    const hidden = type.kind === 'kstack' ? this.#hidden : undefined;
    const sent = addresses.map((address) => hidden?.numberOf(address) ?? address);
    push(this.#facts, 'stacks', { limit: type.limit, id, addresses: sent });
    this.#count += 1 + addresses.length;
    if (type.mode === 'raw' || type.mode === 'build_id') return;
    for (const [index, address] of addresses.entries()) {
      if (type.kind === 'ustack') {
        this.#userSymbol(pid, address, render);
        continue;
      }
      const shown = sent[index]!;
      const symbolKey = addressKey(Number(shown & 0xffff_ffffn), Number(shown >> 32n));
      if (this.#kernel.isNew(symbolKey)) this.#kernelSymbol(symbolKey, address, render, shown);
    }
  }

  #stacksOf(sent: string): Asked<number> {
    const found = this.#stacks.get(sent) ?? new Asked<number>();
    this.#stacks.set(sent, found);
    return found;
  }

  #userName(uid: bigint, render: RenderContext): void {
    if (!this.#users.isNew(uid)) return;
    const name = this.#users.answer(uid, render.userName(Number(uid)));
    if (name === undefined) return;
    push(this.#facts, 'userNames', { uid, name: encodeText(name) });
    this.#count++;
  }

  #cgroupPath(cgroupId: bigint, render: RenderContext): void {
    if (!this.#cgroups.isNew(cgroupId)) return;
    const path = this.#cgroups.answer(cgroupId, render.cgroupPath(cgroupId));
    if (path === undefined) return;
    push(this.#facts, 'cgroupPaths', { cgroupId, path: encodeText(path) });
    this.#count++;
  }

  #internedText(id: number, render: RenderContext): void {
    if (id === 0 || !this.#texts.isNew(id)) return;
    const text = this.#texts.answer(id, render.internedText(id));
    if (text === undefined) return;
    push(this.#facts, 'internedTexts', { id, text: encodeText(text) });
    this.#count++;
  }
}

/** A process id is below (PID_MAX_LIMIT, include/linux/threads.h). */
const PIDS = 0x40_0000;
/** So that a number and a process id make an exact number together. */
const MAX_STACK_ID = 0x7fff_ffff;

/**
 * An address as a number, which is found faster than a bigint: where its upper eleven bits are equal, so that 53 bits tell it from all others
 * of that kind.
 */
function addressKey(low: number, high: number): number | bigint {
  const top = high >>> 21;
  if (top === 0 || top === 0x7ff) return (high & 0x1f_ffff) * 0x1_0000_0000 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Questions of one kind. */
class Asked<Key> {
  readonly unanswered = new Set<Key>();
  readonly #answered = new Set<Key>();

  isNew(key: Key): boolean {
    return !this.#answered.has(key) && !this.unanswered.has(key);
  }

  answer<T>(key: Key, value: T | undefined): T | undefined {
    (value === undefined ? this.unanswered : this.#answered).add(key);
    return value;
  }

  clear(): void {
    this.unanswered.clear();
    this.#answered.clear();
  }
}

function push<Name extends FactList>(facts: FactsInit, name: Name, fact: NonNullable<FactsInit[Name]>[number]): void {
  const list = facts[name] as (typeof fact)[] | undefined;
  if (list === undefined) facts[name] = [fact] as FactsInit[Name];
  else list.push(fact);
}

export function symbolInit({ name, offset, module = '' }: SymbolName): MessageInitShape<typeof SymbolSchema> {
  return { name: encodeText(name), offset: BigInt.asUintN(64, offset), module: encodeText(module) };
}
