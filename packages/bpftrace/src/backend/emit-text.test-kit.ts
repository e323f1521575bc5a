import { formatInstructions } from '@waggle/bpf/asm';
import { FunctionBuilder } from '../ir/function-builder.ts';
import type { IrFunction } from '../ir/ir.ts';
import { printIrFunction } from '../ir/print.ts';
import { type EmitOptions, emitProgram } from './emit-program.ts';

/** A main function of what `write` adds; it returns 0 where `write` does not end it. */
export function buildMain(write: (f: FunctionBuilder) => void): IrFunction {
  const f = new FunctionBuilder('main');
  write(f);
  f.return();
  return f.build();
}

/** The instructions of a main function, one a line, without its label. */
export function emitMain(write: (f: FunctionBuilder) => void, options: EmitOptions = {}): string[] {
  const emitted = emitProgram({ functions: [buildMain(write)] }, options);
  if (emitted.kind !== 'program') throw new Error(emitted.kind);
  const lines = formatInstructions(emitted.instructions).trimEnd().split('\n');
  return lines.slice(1).map((line) => line.trim());
}

/** A function behind a pass, printed: its blocks without the head. */
export function printBody(fn: IrFunction): string[] {
  const lines = printIrFunction(fn).trimEnd().split('\n');
  return lines
    .slice(1)
    .filter((line) => !line.startsWith('  slot'))
    .map((line) => line.trim());
}
