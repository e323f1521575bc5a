import { AsmError } from './asm-error.ts';
import type { Instruction, SourceLine } from './instruction.ts';
import { parseInstruction } from './parse-instruction.ts';

/**
 * Reads what `formatInstructions` writes:
 *
 * ```
 * line        = [ [ digits ":" ] instruction ] [ ";" comment ]
 * source line = ";" line ":" column text      above the instructions that come from it
 * source end  = ";"                           above instructions that come from nowhere
 * ```
 *
 * Other lines with a comment alone are skipped.
 * @throws AsmError `invalid-text`, whose `at` is the 1-based line.
 */
export function parseInstructions(text: string): Instruction[] {
  const instructions: Instruction[] = [];
  let source: SourceLine | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const { statement, comment } = splitComment(line);
    if (statement === '') {
      if (comment !== undefined) source = nextSource(source, comment);
      continue;
    }
    const instruction = parseInstruction(statement);
    if (instruction === undefined) {
      throw new AsmError('invalid-text', `line ${index + 1}: "${statement}" is no instruction`, index + 1);
    }
    instructions.push({
      ...instruction,
      ...(source && { source }),
      ...(comment !== undefined && { comment }),
    });
  }
  return instructions;
}

/** Splits at the first semicolon that is not within quotes. One space behind it belongs to it. */
function splitComment(line: string): { readonly statement: string; readonly comment?: string } {
  const end = commentStart(line);
  const statement = line
    .slice(0, end)
    .trim()
    .replace(/^\d+:\s+/, '');
  return end === line.length ? { statement } : { statement, comment: line.slice(end + 1).replace(/^ /, '') };
}

function commentStart(line: string): number {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\') at++;
    else if (!quoted && character === ';') return at;
  }
  return line.length;
}

function nextSource(source: SourceLine | undefined, comment: string): SourceLine | undefined {
  if (comment === '') return undefined;
  const place = /^(\d+):(\d+) (.*)$/s.exec(comment);
  return place ? { line: Number(place[1]), column: Number(place[2]), text: place[3]! } : source;
}
