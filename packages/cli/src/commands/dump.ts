import { formatInstructions } from '@waggle/bpf/asm';
import { type CompiledScript, type IrProgram, printIr, printType, type RecordLayout } from '@waggle/bpftrace';
import { prepareTrace } from '@waggle/trace';
import { printDiagnostics } from '../print-diagnostics.ts';
import { standardPage } from '../sinks/open-page.ts';
import { type ProgramOptions, programSource } from './run/program-source.ts';

export interface DumpOptions extends ProgramOptions {
  readonly unsafe?: boolean;
  readonly ir?: boolean;
  readonly asm?: boolean;
}

/** `waggle dump`: what a script compiles to. Without `--ir` and `--asm`: all of it. */
export async function dump(options: DumpOptions): Promise<number> {
  const { source, parameters } = programSource(options);
  const ir: IrProgram[] = [];
  const { trace, diagnostics } = prepareTrace({
    source,
    options: {
      positionalParams: parameters,
      ...(options.unsafe && { unsafe: true }),
      onIr: (program, index) => {
        ir[index] = program;
      },
    },
  });
  printDiagnostics(diagnostics, source);
  if (trace === undefined) return 1;
  const { output } = standardPage();
  const everything = !options.ir && !options.asm;
  if (everything) output.write(describeData(trace.script));
  trace.script.programs.forEach((program, index) => {
    const names = program.attachPoints.map(({ name }) => name);
    const others = names.length > 3 ? ` and ${names.length - 3} others` : '';
    output.write(`\n## ${names.slice(0, 3).join(', ')}${others} (${program.spec.type})\n`);
    if (everything || options.ir) output.write(`\n${printIr(ir[index]!)}`);
    if (everything || options.asm)
      output.write(`\n${formatInstructions(program.spec.instructions, { sources: true })}`);
  });
  output.flush();
  return 0;
}

function describeData({ maps, mapSpecs, actions }: CompiledScript): string {
  const lines = ['## maps', ''];
  for (const spec of mapSpecs) {
    const own = maps.find((map) => map.spec === spec.name);
    const types = own ? `  ${own.name}${own.key ? `[${printType(own.key)}]` : ''}: ${printType(own.value)}` : '';
    lines.push(
      `${spec.name}  ${spec.type} key ${spec.keySize} value ${spec.valueSize} entries ${spec.maxEntries}${types}`,
    );
  }
  if (actions.length > 0) lines.push('', '## records', '');
  for (const [id, action] of actions.entries()) lines.push(`${id}  ${action.kind}${describeLayout(action.layout)}`);
  return `${lines.join('\n')}\n`;
}

function describeLayout({ fields, fixedBytes, maxBytes }: RecordLayout): string {
  const described = fields.map(({ name, type, place }) => {
    const where =
      place.kind === 'constant' ? `= ${place.value}` : `${place.kind === 'dynamic' ? '→' : ''}+${place.offset}`;
    return `${name || '_'}: ${printType(type)} ${where}`;
  });
  return `  ${fixedBytes}..${maxBytes} bytes (${described.join(', ')})`;
}
