import type { StackType } from '../types/type.ts';

/** What showing a value may need to ask of the machine. All answers are best efforts: undefined where nothing is known. */
export interface RenderContext {
  /** Symbol of a kernel address. */
  kernelSymbol(address: bigint): SymbolName | undefined;
  /** Symbol of an address in a process. */
  userSymbol(pid: number, address: bigint): SymbolName | undefined;
  /** Frames of a stored stack, innermost first; undefined where it is gone. */
  stack(type: StackType, id: bigint): readonly bigint[] | undefined;
  userName(uid: number): string | undefined;
  cgroupPath(id: bigint): string | undefined;
  /** The text that has this number in the trace. */
  internedText(id: number): string | undefined;
  /** Wall-clock nanoseconds since the epoch of a reading of that clock. */
  wallClockNs(clock: 'monotonic' | 'boot' | 'tai' | 'realtime', ns: bigint): bigint;
  /** Wall-clock milliseconds since the epoch, for `time()`. */
  readonly nowMs: () => number;
}

export interface SymbolName {
  readonly name: string;
  readonly offset: bigint;
  /** Kernel module, or path of the binary. */
  readonly module?: string;
}
