import { slotsOf } from './encode-instruction.ts';
import { formatInstruction } from './format-instruction.ts';
import type { Instruction, SourceLine } from './instruction.ts';

export interface FormatOptions {
  /** Show the source lines above their instructions. Default: yes. */
  readonly sources?: boolean;
  /** Show comments. Default: yes. */
  readonly comments?: boolean;
  /** Number the instructions by slot, as the verifier's log does. Default: no. */
  readonly offsets?: boolean;
}

/** Column at which comments start, where the instruction is short enough. */
const COMMENT_COLUMN = 40;

/**
 * Instructions as text, a line each; `syntax.ts` shows an example. `parseInstructions` is the exact inverse, but
 * newlines in comments and source lines become spaces.
 */
export function formatInstructions(instructions: readonly Instruction[], options: FormatOptions = {}): string {
  const { sources = true, comments = true, offsets = false } = options;
  const digits = offsets ? String(instructions.length * 2).length : 0;
  const lines: string[] = [];
  let source: SourceLine | undefined;
  let slot = 0;
  for (const instruction of instructions) {
    if (sources && !isSameSource(source, instruction.source)) {
      source = instruction.source;
      lines.push(source ? `; ${source.line}:${source.column} ${oneLine(source.text)}` : ';');
    }
    const number = offsets && instruction.kind !== 'label' ? `${String(slot).padStart(digits)}: ` : '';
    const indent = instruction.kind === 'label' || offsets ? '' : '  ';
    const text = `${number}${indent}${formatInstruction(instruction)}`;
    const { comment } = instruction;
    lines.push(comments && comment !== undefined ? `${text.padEnd(COMMENT_COLUMN)} ; ${oneLine(comment)}` : text);
    slot += slotsOf(instruction);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function isSameSource(a: SourceLine | undefined, b: SourceLine | undefined): boolean {
  return a?.line === b?.line && a?.column === b?.column && a?.text === b?.text;
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ');
}
