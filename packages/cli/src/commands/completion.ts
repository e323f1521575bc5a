import { listGadgets } from '@waggle/gadgets';
import type { Command, Option } from 'commander';
import { UsageError } from '../usage-error.ts';

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_waggle() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _waggle waggle kubectl-waggle
`,
  zsh: `#compdef waggle kubectl-waggle
_waggle() {
  local -a words_found
  words_found=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a words_found
  _files
}
compdef _waggle waggle kubectl-waggle
`,
  fish: ['waggle', 'kubectl-waggle']
    .map(
      (
        name,
      ) => `complete -c ${name} -f -a '(set -l words (commandline -opc) (commandline -ct); ${name} __complete $words[2..] 2>/dev/null)'
complete -c ${name} -n '__fish_seen_subcommand_from run check dump' -F
`,
    )
    .join(''),
};

/** The script that a shell sources. @throws UsageError for other shells. */
export function completionScript(shell: string): string {
  const script = SCRIPTS[shell];
  if (script === undefined)
    throw new UsageError(`no completion for "${shell}"; there is: ${Object.keys(SCRIPTS).join(', ')}`);
  return script;
}

/** What may stand in the place of the last word: subcommands, options, values of options, gadgets. */
export function completeWords(program: Command, words: readonly string[]): string[] {
  const place = completionPlace(program, words);
  if (place === undefined) return [];
  const { command, option, argumentCount, last } = place;
  if (option) return (option.argChoices ?? []).filter((choice) => choice.startsWith(last));
  const candidates = last.startsWith('-')
    ? [...command.options.filter(({ hidden }) => !hidden).map(({ long }) => long!), '--help']
    : argumentCount === 0
      ? firstArguments(command)
      : [];
  return candidates.filter((candidate) => candidate.startsWith(last)).sort();
}

function firstArguments(command: Command): string[] {
  return [
    ...command.commands.filter((sub) => !HIDDEN.has(sub.name())).map((sub) => sub.name()),
    ...(TAKE_PROGRAMS.has(command.name()) ? listGadgets().map(({ name }) => name) : []),
    ...(command.name() === 'completion' ? Object.keys(SCRIPTS) : []),
  ];
}

/** Where a half-written command line stands. */
export interface CompletionPlace {
  readonly command: Command;
  /** The option whose value the last word is. */
  readonly option: Option | undefined;
  /** Arguments in front of the last word. */
  readonly argumentCount: number;
  /** The value of an option in front of it, by the option's name in camel case. */
  readonly values: Readonly<Record<string, string>>;
  readonly last: string;
}

/** Undefined behind `--`: there, nothing is known. */
export function completionPlace(program: Command, words: readonly string[]): CompletionPlace | undefined {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (before.includes('--')) return undefined;
  let command = program;
  let open: Option | undefined;
  let argumentCount = 0;
  const values: Record<string, string> = {};
  for (const word of before) {
    if (open) {
      values[open.attributeName()] = word;
      open = undefined;
      continue;
    }
    const sub = command.commands.find((candidate) => candidate.name() === word);
    if (sub) command = sub;
    else if (!word.startsWith('-')) argumentCount += 1;
    else {
      const [flag, value] = word.split(/=(.*)/, 2);
      const option = command.options.find(({ short, long }) => short === flag || long === flag);
      if (option && value !== undefined) values[option.attributeName()] = value;
      else if (option?.required) open = option;
    }
  }
  return { command, option: open, argumentCount, values, last };
}

const TAKE_PROGRAMS: ReadonlySet<string> = new Set(['run', 'check', 'dump']);
const HIDDEN: ReadonlySet<string> = new Set(['warm-up']);
