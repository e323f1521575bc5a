import { type Compile, compile, type Diagnostic, formatDiagnostic, nearest, SourceText } from '@waggle/bpftrace';
import { findGadget, listGadgets } from '@waggle/gadgets';
import { parseTraceSpec, type TraceKind, type TraceSpec } from '@waggle/kube';
import { ANY_KERNEL, dependsOnMachine, ownKernelTypes } from './any-kernel.ts';

export interface TraceCheck {
  /** What no node would take; none: accepted. */
  readonly problems: readonly string[];
  /** One line each. */
  readonly warnings: readonly string[];
}

/** Says what is wrong with the spec of a trace on whatever kernel it would run. */
export function checkTrace(spec: unknown, kind: TraceKind): TraceCheck {
  const parsed = parseTraceSpec(spec, kind);
  if (parsed.problems !== undefined) {
    return { problems: parsed.problems.map(({ path, message }) => `${path}: ${message}`), warnings: [] };
  }
  const { program } = parsed.spec;
  const script = program.script ?? findGadget(program.gadget!)?.script;
  return script === undefined ? unknownGadget(program.gadget!) : checkScript(script, parsed.spec, kind);
}

function unknownGadget(name: string): TraceCheck {
  const [near] = nearest(
    name,
    listGadgets().map(({ name }) => name),
    1,
  );
  const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
  return { problems: [`spec.program.gadget: the catalogue has no gadget "${name}"${hint}`], warnings: [] };
}

function checkScript(script: string, spec: TraceSpec, kind: TraceKind): TraceCheck {
  const { program, options = {} } = spec;
  const source = new SourceText(program.gadget ?? program.name ?? 'script', script);
  const confined = kind === 'Trace' && program.gadget === undefined;
  const settings: Parameters<Compile>[2] = {
    positionalParams: program.parameters ?? [],
    unsafe: options.unsafe === true,
    confined,
    eventContext: true,
    config: {
      ...(options.maxStrlen !== undefined && { max_strlen: String(options.maxStrlen) }),
      ...(options.maxMapKeys !== undefined && { max_map_keys: String(options.maxMapKeys) }),
    },
  };
  const { diagnostics } = compile(source, ANY_KERNEL, settings);
  const found = diagnostics.filter(({ severity, code }) => severity === 'error' && !dependsOnMachine(code));
  if (confined) found.push(...reaches(source, settings, found));
  found.sort((a, b) => a.span.start - b.span.start);
  return {
    problems: found.map((diagnostic) => formatDiagnostic(diagnostic, source, { color: false })),
    warnings: diagnostics.filter(isWarning).map(({ message, span }) => `${place(source, span.start)}: ${message}`),
  };
}

/** What only types reveal: where a script goes beyond what it may. All other errors of this pass could be this one kernel's. */
function reaches(source: SourceText, settings: Parameters<Compile>[2], known: readonly Diagnostic[]): Diagnostic[] {
  const { diagnostics } = compile(source, ownKernelTypes(), settings);
  return diagnostics.filter(
    ({ code, span }) =>
      code.startsWith('confined-') && !known.some((other) => other.code === code && other.span.start === span.start),
  );
}

/** Warnings that say something of this machine only are none. */
function isWarning({ severity, code }: Diagnostic): boolean {
  return severity === 'warning' && code !== 'unchecked-probe';
}

function place(source: SourceText, offset: number): string {
  const { line, column } = source.position(offset);
  return `${source.name}:${line}:${column}`;
}
