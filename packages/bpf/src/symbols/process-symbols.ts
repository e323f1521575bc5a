import { readFileSync, statSync } from 'node:fs';
import type { FileSymbols } from './file-symbols.ts';
import { type MemoryRegion, parseMemoryMap, regionAt } from './memory-map.ts';
import { type JitSymbol, jitSymbolAt, parsePerfMap } from './perf-map.ts';
import type { UserSymbols } from './user-symbols.ts';

/** What an address in a process belongs to. */
export interface ProcessSymbol {
  /** Undefined where only the module is known. */
  readonly name: string | undefined;
  /** Bytes from the symbol's start; without a symbol, the address as the module's file has it. */
  readonly offset: number;
  /** The file as the process sees it, `[vdso]` and the like, or the perf map of a just-in-time compiler. */
  readonly module: string;
}

/**
 * The symbols of a process, of this container or another: files are opened through the process's own memory map, so
 * neither mount namespaces nor replaced files mislead.
 *
 * What was read stays known when the process is gone; one that was gone before the first look has no symbols.
 */
export class ProcessSymbols {
  readonly pid: number;
  readonly #files: UserSymbols;
  #regions: readonly MemoryRegion[] = [];
  readonly #byRegion = new Map<string, FileSymbols | undefined>();
  #jit: { readonly path: string; readonly version: string; readonly symbols: readonly JitSymbol[] } | undefined;

  constructor(pid: number, files: UserSymbols) {
    this.pid = pid;
    this.#files = files;
    this.refresh();
  }

  /**
   * Reads the memory map again: after the process loaded a library or ran `exec`. Of one that is gone, the last map
   * stays.
   */
  refresh(): void {
    try {
      const regions = parseMemoryMap(readFileSync(`/proc/${this.pid}/maps`, 'utf8'));
      // A process that has exited and was not waited for has an empty map.
      if (regions.length > 0) this.#regions = regions;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ESRCH' && code !== 'EACCES') throw error;
    }
  }

  /** Undefined where nothing executable is mapped at `address`; `refresh` where that may have changed. */
  lookup(address: bigint): ProcessSymbol | undefined {
    const region = regionAt(this.#regions, address);
    if (region === undefined || region.inode === 0) return this.#lookupJit(address, region);
    const symbols = this.#symbolsOf(region);
    const fileOffset = Number(address - region.start) + region.fileOffset;
    const fileAddress = symbols?.addressOf(fileOffset);
    if (symbols === undefined || fileAddress === undefined) {
      return { name: undefined, offset: fileOffset, module: region.path };
    }
    const found = symbols.functionAt(fileAddress);
    if (found === undefined) return { name: undefined, offset: Number(fileAddress), module: region.path };
    return { name: found.name, offset: Number(fileAddress - found.address), module: region.path };
  }

  #symbolsOf(region: MemoryRegion): FileSymbols | undefined {
    const key = `${region.inode} ${region.path}`;
    if (!this.#byRegion.has(key)) this.#byRegion.set(key, this.#openRegion(region));
    return this.#byRegion.get(key);
  }

  /** By the very mapping (that needs CAP_CHECKPOINT_RESTORE or root), else by its path in the process's root. */
  #openRegion(region: MemoryRegion): FileSymbols | undefined {
    const proc = `/proc/${this.pid}`;
    const range = `${region.start.toString(16)}-${region.end.toString(16)}`;
    const root = `${proc}/root`;
    return (
      this.#files.file(`${proc}/map_files/${range}`, root) ??
      this.#files.file(`${root}${region.path}`, root) ??
      this.#openByPath(region)
    );
  }

  /** Once the process is gone: what it had mapped, where its path leads to that same file here. */
  #openByPath({ path, inode }: MemoryRegion): FileSymbols | undefined {
    if (statSync(path, { throwIfNoEntry: false })?.ino !== inode) return undefined;
    return this.#files.file(path);
  }

  #lookupJit(address: bigint, region: MemoryRegion | undefined): ProcessSymbol | undefined {
    const found = jitSymbolAt(this.#jitSymbols(address), address);
    if (found !== undefined) {
      return { name: found.name, offset: Number(address - found.start), module: this.#jit!.path };
    }
    if (region === undefined) return undefined;
    return { name: undefined, offset: Number(address - region.start), module: region.path || '[anonymous]' };
  }

  /** The compiler adds to its map as it goes: it is read again where it grew and does not know `address` yet. */
  #jitSymbols(address: bigint): readonly JitSymbol[] {
    const known = this.#jit?.symbols ?? [];
    if (jitSymbolAt(known, address) !== undefined) return known;
    try {
      const path = this.#jit?.path ?? `/tmp/perf-${namespacedPid(this.pid)}.map`;
      const file = `/proc/${this.pid}/root${path}`;
      const { size, mtimeMs } = statSync(file);
      const version = `${size}:${mtimeMs}`;
      if (this.#jit?.version === version) return known;
      this.#jit = { path, version, symbols: parsePerfMap(readFileSync(file, 'utf8')) };
      return this.#jit.symbols;
    } catch {
      return known; // No such map, or no such process any more.
    }
  }
}

/** The number that the process knows itself by: the last of `NSpid` in its status. */
function namespacedPid(pid: number): number {
  const line = /^NSpid:(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(line?.trim().split(/\s+/).at(-1) ?? pid);
}
