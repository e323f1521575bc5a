import type { MessageInitShape } from '@bufbuild/protobuf';
import type { StackType } from '@waggle/bpftrace';
import { encodeText, type RenderContext, type SymbolName } from '@waggle/bpftrace/output';
import type { FactsSchema, SymbolSchema } from '../frames_pb.ts';
import type { Slot } from '../value-slots.ts';

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
  readonly #kernel = new Asked<bigint>();
  readonly #user = new Asked<string>();
  readonly #stacks = new Asked<string>();
  readonly #users = new Asked<bigint>();
  readonly #cgroups = new Asked<bigint>();
  readonly #texts = new Asked<number>();
  readonly #all = [this.#kernel, this.#user, this.#stacks, this.#users, this.#cgroups, this.#texts];
  #pending: FactsInit | undefined;
  #count = 0;
  #toldClocks = false;

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
    for (const asked of this.#all) asked.clear();
    this.#count = 0;
    this.#toldClocks = false;
    this.#facts.forget = true;
  }

  /** What nobody could answer is asked again from now on. */
  retry(): void {
    for (const asked of this.#all) asked.unanswered.clear();
  }

  get #facts(): FactsInit {
    this.#pending ??= {};
    return this.#pending;
  }

  #askerOf({ type, offset: slot }: Slot): AskFacts | undefined {
    switch (type.kind) {
      case 'ksym':
        return (view, offset, render) => this.#kernelSymbol(view.getBigUint64(offset + slot, true), render);
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

  #kernelSymbol(address: bigint, render: RenderContext): void {
    if (!this.#kernel.isNew(address)) return;
    const symbol = this.#kernel.answer(address, render.kernelSymbol(address));
    if (symbol === undefined) return;
    push(this.#facts, 'kernelSymbols', { address, symbol: symbolInit(symbol) });
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

  /** Stacks of one id are of one limit; their symbols depend on the process. */
  #stackAsker(type: StackType, slot: number): AskFacts {
    const isUser = type.kind === 'ustack';
    const isNamed = type.mode === 'bpftrace' || type.mode === 'perf';
    return (view, offset, render) => {
      const id = view.getBigInt64(offset + slot, true);
      if (id < 0n) return;
      const pid = isUser ? view.getUint32(offset + slot + 8, true) : 0;
      const key = `${type.limit} ${id} ${isNamed ? pid : 'raw'}`;
      if (!this.#stacks.isNew(key)) return;
      const addresses = this.#stacks.answer(key, render.stack(type, id));
      if (addresses === undefined) return;
      push(this.#facts, 'stacks', { limit: type.limit, id, addresses: [...addresses] });
      this.#count += 1 + addresses.length;
      if (!isNamed) return;
      for (const address of addresses) {
        if (isUser) this.#userSymbol(pid, address, render);
        else this.#kernelSymbol(address, render);
      }
    };
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
