import {
  attach,
  BpfMap,
  type Link,
  loadProgram,
  MapError,
  type Program,
  SymbolError,
  SyscallError,
  UnsupportedError,
  VerifierError,
} from '@waggle/bpf';
import type { Btf } from '@waggle/bpf/btf';
import type { CompiledProgram, CompiledScript, Diagnostic, SourceText } from '@waggle/bpftrace';
import { TraceError } from '../trace-error.ts';

/** A program of the script, in the kernel. */
export interface LoadedProgram {
  readonly compiled: CompiledProgram;
  readonly program: Program;
}

/** What one trace has in the kernel: maps, programs, links. All of it goes with `close`, or with the process. */
export class KernelObjects {
  readonly script: CompiledScript;
  readonly #source: SourceText;
  readonly #maps = new Map<string, BpfMap>();
  readonly #programs: LoadedProgram[] = [];
  readonly #links: Link[] = [];

  /** Makes the maps. @throws TraceError `MAP_REFUSED` */
  constructor(script: CompiledScript, source: SourceText) {
    this.script = script;
    this.#source = source;
    for (const spec of script.mapSpecs) {
      try {
        this.#maps.set(spec.name, BpfMap.create(spec));
      } catch (cause) {
        this.close();
        if (!(cause instanceof MapError || isRefusal(cause))) throw cause;
        const message = (cause as Error).message;
        throw new TraceError('MAP_REFUSED', [this.#error('map-refused', { start: 0, end: 0 }, message)], cause);
      }
    }
  }

  /** By the name of its spec. */
  get maps(): ReadonlyMap<string, BpfMap> {
    return this.#maps;
  }

  get programs(): readonly LoadedProgram[] {
    return this.#programs;
  }

  get links(): readonly Link[] {
    return this.#links;
  }

  /**
   * Has the kernel verify and load every program; nothing runs yet.
   *
   * @param kernelTypes read only where a program attaches by BTF.
   * @throws TraceError `LOAD_REFUSED`, whose cause is a VerifierError or an UnsupportedError
   */
  load(kernelTypes: () => Btf | undefined): void {
    for (const compiled of this.script.programs) {
      const { spec } = compiled;
      const needsTypes = spec.attach.kind === 'tracing' || spec.attach.kind === 'iterator' || spec.type === 'tracing';
      const types = needsTypes ? kernelTypes() : undefined;
      try {
        const program = loadProgram(spec, { maps: this.#maps, ...(types === undefined ? {} : { kernelBtf: types }) });
        this.#programs.push({ compiled, program });
      } catch (cause) {
        if (!(cause instanceof VerifierError || isRefusal(cause))) throw cause;
        throw new TraceError('LOAD_REFUSED', [this.#loadDiagnostic(compiled, cause)], cause);
      }
    }
  }

  /** Attaches every program but those of `begin` and `end`. @throws TraceError `ATTACH_FAILED`, with all hooks that failed */
  attach(): void {
    const diagnostics: Diagnostic[] = [];
    let firstCause: unknown;
    for (const { compiled, program } of this.#programs) {
      if (compiled.phase !== 'other') continue;
      for (const point of compiled.attachPoints) {
        try {
          this.#links.push(attach(program, point.attach, { maps: this.#maps }));
        } catch (cause) {
          if (!(cause instanceof SymbolError || isRefusal(cause))) throw cause;
          firstCause ??= cause;
          diagnostics.push(this.#attachDiagnostic(compiled, point.name, cause));
        }
      }
    }
    if (diagnostics.length > 0) throw new TraceError('ATTACH_FAILED', diagnostics, firstCause);
  }

  /**
   * Once it resolves, programs run no more on account of a hook. Those that run at that moment finish: see
   * `waitForRunningPrograms`.
   */
  async detach(): Promise<void> {
    await Promise.all(this.#links.splice(0).map((link) => link.detach()));
  }

  close(): void {
    for (const link of this.#links.splice(0)) link.close();
    for (const { program } of this.#programs) program.close();
    for (const map of this.#maps.values()) map.close();
  }

  #loadDiagnostic(compiled: CompiledProgram, cause: unknown): Diagnostic {
    const probe = compiled.attachPoints[0]?.name ?? compiled.spec.name;
    if (cause instanceof VerifierError) {
      const span = cause.source === undefined ? compiled.span : this.#lineSpan(cause.source.line, cause.source.column);
      const message = `the kernel's verifier refuses ${probe}: ${cause.summary}`;
      return this.#error('verifier-refused', span, message, cause.hint);
    }
    return this.#error('load-refused', compiled.span, `cannot load ${probe}: ${(cause as Error).message}`);
  }

  #attachDiagnostic(compiled: CompiledProgram, name: string, cause: unknown): Diagnostic {
    const why = cause instanceof UnsupportedError ? 'this kernel does not offer it' : 'the kernel refuses it';
    return this.#error('attach-failed', compiled.span, `cannot attach to ${name}: ${why}: ${(cause as Error).message}`);
  }

  #error(code: string, span: Diagnostic['span'], message: string, hint?: string): Diagnostic {
    return { code, severity: 'error', message, span, ...(hint === undefined ? {} : { hint }) };
  }

  /** From a 1-based position to the end of its line. */
  #lineSpan(line: number, column: number): Diagnostic['span'] {
    const lines = this.#source.text.split('\n');
    const lineStart = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const end = lineStart + (lines[line - 1]?.length ?? 0);
    return { start: Math.min(lineStart + column - 1, end), end };
  }
}

/** What the kernel said no to; anything else is a mistake of ours. */
function isRefusal(error: unknown): boolean {
  return error instanceof SyscallError || error instanceof UnsupportedError;
}
