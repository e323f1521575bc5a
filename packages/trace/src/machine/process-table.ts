import { ProcessSymbols, UserSymbols } from '@waggle/bpf';

/** Processes whose memory maps are kept: a map is some kilobytes. */
const MAX_PROCESSES = 512;

/**
 * The symbols of the processes that a trace meets. A process that was met while it lived can be asked about after its end; one that
 * was not has no symbols. Symbol tables are shared by all of them.
 */
export class ProcessTable {
  readonly #files = new UserSymbols();
  readonly #processes = new Map<number, ProcessSymbols>();

  /** Reads the memory map of a process now, while it is there. */
  meet(pid: number): ProcessSymbols {
    const known = this.#processes.get(pid);
    if (known !== undefined) return known;
    const symbols = new ProcessSymbols(pid, this.#files);
    this.#processes.set(pid, symbols);
    if (this.#processes.size > MAX_PROCESSES) this.#processes.delete(this.#processes.keys().next().value!);
    return symbols;
  }

  lookup(pid: number, address: bigint): ReturnType<ProcessSymbols['lookup']> {
    const symbols = this.meet(pid);
    const found = symbols.lookup(address);
    if (found !== undefined) return found;
    // It may have loaded a library, or run another program, since.
    symbols.refresh();
    return symbols.lookup(address);
  }
}
