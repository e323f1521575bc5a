import type { StackType } from '@waggle/bpftrace';
import { decodeText, type RenderContext, type SymbolName } from '@waggle/bpftrace/output';
import type { Facts, Symbol as SymbolMessage } from '../frames_pb.ts';

/** What a reader has been told about one source: it answers as the machine did, there and then. */
export class FactTable implements RenderContext {
  /** Wall clock of the source, nanoseconds: when what is being shown was taken from the kernel. */
  timeNs = 0n;
  readonly #kernel = new Map<bigint, SymbolName>();
  readonly #user = new Map<number, Map<bigint, SymbolName>>();
  readonly #stacks = new Map<number, Map<bigint, readonly bigint[]>>();
  readonly #users = new Map<bigint, string>();
  readonly #cgroups = new Map<bigint, string>();
  readonly #texts = new Map<number, string>();
  readonly #clocks = { monotonic: 0n, boot: 0n, tai: 0n, realtime: 0n };

  readonly nowMs = (): number => Number(this.timeNs / 1_000_000n);

  /** Takes what a frame says; with `forget`, in place of everything said before. */
  apply(facts: Facts): void {
    if (facts.forget) this.#forget();
    for (const { address, symbol } of facts.kernelSymbols) this.#kernel.set(address, symbolName(symbol));
    for (const { pid, address, symbol } of facts.userSymbols) inner(this.#user, pid).set(address, symbolName(symbol));
    for (const { limit, id, addresses } of facts.stacks) inner(this.#stacks, limit).set(id, addresses);
    for (const { uid, name } of facts.userNames) this.#users.set(uid, decodeText(name));
    for (const { cgroupId, path } of facts.cgroupPaths) this.#cgroups.set(cgroupId, decodeText(path));
    for (const { id, text } of facts.internedTexts) this.#texts.set(id, decodeText(text));
    if (facts.clocks === undefined) return;
    this.#clocks.monotonic = facts.clocks.monotonicNs;
    this.#clocks.boot = facts.clocks.bootNs;
    this.#clocks.tai = facts.clocks.taiNs;
  }

  kernelSymbol(address: bigint): SymbolName | undefined {
    return this.#kernel.get(address);
  }

  userSymbol(pid: number, address: bigint): SymbolName | undefined {
    return this.#user.get(pid)?.get(address);
  }

  stack(type: StackType, id: bigint): readonly bigint[] | undefined {
    return this.#stacks.get(type.limit)?.get(id);
  }

  userName(uid: number): string | undefined {
    return Number.isSafeInteger(uid) ? this.#users.get(BigInt(uid)) : undefined;
  }

  cgroupPath(id: bigint): string | undefined {
    return this.#cgroups.get(id);
  }

  internedText(id: number): string | undefined {
    return this.#texts.get(id);
  }

  wallClockNs(clock: 'monotonic' | 'boot' | 'tai' | 'realtime', ns: bigint): bigint {
    return ns + this.#clocks[clock];
  }

  #forget(): void {
    for (const table of [this.#kernel, this.#user, this.#stacks, this.#users, this.#cgroups, this.#texts])
      table.clear();
  }
}

function symbolName(symbol: SymbolMessage | undefined): SymbolName {
  if (symbol === undefined) return { name: '', offset: 0n };
  const { name, offset, module } = symbol;
  return { name: decodeText(name), offset, ...(module.length === 0 ? {} : { module: decodeText(module) }) };
}

function inner<Key, InnerKey, Value>(table: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  let found = table.get(key);
  if (found === undefined) {
    found = new Map();
    table.set(key, found);
  }
  return found;
}
