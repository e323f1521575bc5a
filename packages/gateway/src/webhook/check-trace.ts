import { type CompileOptions, compile, type Diagnostic, formatDiagnostic, nearest, SourceText } from '@waggle/bpftrace';
import { findGadget, listGadgets } from '@waggle/gadgets';
import { parseTraceSpec, type TraceKind, type TraceSpec } from '@waggle/kube';
import { dependsOnMachine, someKernel } from './some-kernel.ts';

export interface TraceCheck {
  /** What no node would take; none: accepted. */
  readonly problems: readonly string[];
  /** One line each. */
  readonly warnings: readonly string[];
}

/** Says what is wrong with the spec of a trace whatever kernel it would run on. */
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
  const settings: CompileOptions = {
    positionalParams: program.parameters ?? [],
    unsafe: options.unsafe === true,
    confined,
    eventContext: true,
    config: {
      ...(options.maxStrlen !== undefined && { max_strlen: String(options.maxStrlen) }),
      ...(options.maxMapKeys !== undefined && { max_map_keys: String(options.maxMapKeys) }),
    },
  };
  const { diagnostics } = compile(source, someKernel(), settings);
  const found = diagnostics.filter(({ severity, code }) => severity === 'error' && !dependsOnMachine(code));
  return {
    problems: found.map((diagnostic) => formatDiagnostic(diagnostic, source, { color: false })),
    warnings: diagnostics.filter(isWarning).map(({ message, span }) => `${place(source, span.start)}: ${message}`),
  };
}

/** Warnings that say something of this machine only are none. */
function isWarning({ severity, code }: Diagnostic): boolean {
  return severity === 'warning' && code !== 'unchecked-probe';
}

function place(source: SourceText, offset: number): string {
  const { line, column } = source.position(offset);
  return `${source.name}:${line}:${column}`;
}
