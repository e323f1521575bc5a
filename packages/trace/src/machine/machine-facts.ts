import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import {
  findBinary,
  KernelSymbols,
  listSymbols,
  listTracepoints,
  onlineCpus,
  openKernelBtf,
  possibleCpus,
  readTracepointFormat,
  SymbolError,
  tracefs,
  UnsupportedError,
} from '@waggle/bpf';
import type { Btf } from '@waggle/bpf/btf';
import type { KernelFacts, UserFunction } from '@waggle/bpftrace';

/**
 * What the compiler asks about this machine, answered from the running kernel. Nothing is opened before it is asked for, and
 * what was read is kept: one for all traces of a process.
 */
export class MachineFacts implements KernelFacts {
  readonly architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  readonly kernelVersion = parseKernelVersion(release());
  readonly #kept = new Map<string, unknown>();
  readonly #problems = new Map<string, UnsupportedError>();

  /**
   * What could not be answered so far, and why: no BTF, no tracefs. A compiler that got no answer says that things do not exist;
   * this is the reason.
   */
  get problems(): readonly UnsupportedError[] {
    return [...this.#problems.values()];
  }

  get cpus(): { readonly online: number; readonly possible: number } {
    return this.#keep('cpus', () => ({ online: onlineCpus().length, possible: possibleCpus() }));
  }

  /** The kernel's types; undefined where it has none. */
  get btf(): Btf | undefined {
    return this.#keep('btf', () => this.#orProblem('BTF', openKernelBtf));
  }

  /** Gives back what takes much memory and is read again in milliseconds: the kernel's types. */
  release(): void {
    this.#kept.delete('btf');
  }

  tracepoints(): readonly string[] | undefined {
    return this.#keep('tracepoints', () => {
      const list = this.#orProblem('tracefs', listTracepoints);
      return list?.map(({ category, name }) => `${category}:${name}`);
    });
  }

  tracepointFormat(category: string, name: string): string | undefined {
    if (this.#orProblem('tracefs', tracefs) === undefined) return undefined;
    return this.#keep(`format ${category}:${name}`, () => {
      try {
        return readTracepointFormat(category, name);
      } catch (error) {
        if (error instanceof UnsupportedError) return undefined;
        throw error;
      }
    });
  }

  kernelFunctions(): readonly string[] {
    return this.#keep('functions', () => {
      const folder = this.#orProblem('tracefs', tracefs);
      if (folder === undefined) return [];
      try {
        const text = readFileSync(`${folder}/available_filter_functions`, 'latin1');
        // `name` or `name [module]`; ftrace marks what it cannot name with a prefix.
        const names = text.split('\n').map((line) => line.split(' ')[0]!);
        return names.filter((name) => name !== '' && !name.startsWith('__ftrace_invalid_address'));
      } catch {
        return []; // Locked down, or a kernel without function tracing.
      }
    });
  }

  userFunctions(path: string, pattern: string): readonly UserFunction[] | undefined {
    try {
      return listSymbols(path, pattern).map(({ name, fileOffset }) => ({ name, fileOffset }));
    } catch (error) {
      if (error instanceof SymbolError) return undefined;
      throw error;
    }
  }

  resolveBinary(name: string): string | undefined {
    try {
      return findBinary(name);
    } catch (error) {
      if (error instanceof SymbolError) return undefined;
      throw error;
    }
  }

  kernelAddress(symbol: string): bigint | undefined {
    return this.kernelSymbols?.address(symbol);
  }

  /** Undefined where the kernel hides them. */
  get kernelSymbols(): KernelSymbols | undefined {
    return this.#keep('symbols', () => this.#orProblem('kernel symbols', () => KernelSymbols.open()));
  }

  #keep<T>(key: string, read: () => T): T {
    if (!this.#kept.has(key)) this.#kept.set(key, read());
    return this.#kept.get(key) as T;
  }

  #orProblem<T>(what: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      const problem =
        error instanceof UnsupportedError
          ? error
          : new UnsupportedError(what, (error as Error).message, undefined, error);
      this.#problems.set(what, problem);
      return undefined;
    }
  }
}

/** `6.18.44-fc-v595` is `[6, 18]`; `[0, 0]` for what is no release name. */
export function parseKernelVersion(text: string): readonly [number, number] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(text) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0)];
}
