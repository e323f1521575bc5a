import type { SourceLine } from '../asm/instruction.ts';
import { errnoInfo } from '../sys/errno.ts';

/** What a verifier log says, for people. */
export interface VerifierVerdict {
  /** The decisive lines at the end: why the program was refused. */
  readonly summary: string;
  /** The instruction that the verifier stood at, in slots of 8 bytes; undefined where it did not get to any. */
  readonly insnIndex: number | undefined;
}

/** The verifier refused a program. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError';
  readonly code: string;
  readonly errno: number;
  readonly program: string;
  readonly summary: string;
  /** Everything that the verifier said. */
  readonly log: string;
  readonly insnIndex: number | undefined;
  /** The script's own line that the refused instruction comes from. */
  readonly source: SourceLine | undefined;
  /** What may help; undefined where nothing is known. */
  readonly hint: string | undefined;

  constructor(program: string, errno: number, log: string, verdict: VerifierVerdict, source: SourceLine | undefined) {
    const place = source === undefined ? '' : ` (at ${source.line}:${source.column}: ${source.text.trim()})`;
    super(`cannot load program "${program}": the verifier refused it: ${verdict.summary}${place}`);
    this.code = errnoInfo(errno).code;
    this.errno = errno;
    this.program = program;
    this.log = log;
    this.summary = verdict.summary;
    this.insnIndex = verdict.insnIndex;
    this.source = source;
    this.hint = hintFor(verdict.summary);
  }
}

/** `12: (85) call bpf_probe_read#4`, with or without what it did to registers behind it. */
const INSTRUCTION = /^(\d+): \([0-9a-f]{2}\)/;

/** Register states, source lines, branch notes, statistics: all that is said of a program that passes, too. */
const NARRATION = [
  INSTRUCTION,
  /^\d+: (?:frame|R\d)/,
  /^;/,
  /^from \d+ to \d+/,
  /^\s*(?:frame\d+: )?R\d+(?:_\w+)?=/,
  /^(?:func#|last_idx|first_idx|regs=|parent |mark_precise|caller:|callee:|returning from|propagating)/,
  /^(?:processed \d+ insns|verification time|stack depth|max_states|btf_vmlinux is malformed|Live regs|live regs)/,
];

/** Reads a verifier log (kernel/bpf/verifier.c; its words change from release to release). */
export function readVerifierLog(log: string): VerifierVerdict {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const lastInstruction = lines.findLastIndex((line) => INSTRUCTION.test(line));
  const behind = lines.slice(lastInstruction + 1).filter((line) => !NARRATION.some((pattern) => pattern.test(line)));
  const index = lastInstruction < 0 ? undefined : Number(INSTRUCTION.exec(lines[lastInstruction]!)![1]);
  return { summary: behind.slice(-3).join('; ') || 'no reason given', insnIndex: index };
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /BPF program is too large|jumps is too complex|processed \d+ insns.*limit|too many states|infinite loop|back-edge/i,
    'make it shorter, or bound its loops',
  ],
  [/cannot call GPL|GPL-compatible|GPL only/i, 'the helper wants a GPL-compatible license'],
  [
    /unknown func|invalid func|program of this type cannot use helper/i,
    'this kernel has no such helper for this kind of program',
  ],
  [
    /combined stack size|stack.*(?:exceed|too large)|invalid stack/i,
    'the stack of a program is 512 bytes; put large values into a map',
  ],
  [
    /invalid mem access|invalid access to|!read_ok|R\d+ (?:unbounded|min value)/i,
    'check for NULL and bounds before the access',
  ],
  [
    /attach to unsupported member|attach_btf_id|not allowed to be attached/i,
    'this kernel does not let programs run at this hook',
  ],
];

function hintFor(summary: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(summary))?.[1];
}
