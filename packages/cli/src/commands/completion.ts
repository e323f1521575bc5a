import { listGadgets } from '@waggle/gadgets';
import type { Command } from 'commander';
import { UsageError } from '../usage-error.ts';

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_waggle() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _waggle waggle
`,
  zsh: `#compdef waggle
_waggle() {
  local -a words_found
  words_found=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a words_found
  _files
}
compdef _waggle waggle
`,
  fish: `complete -c waggle -f -a '(set -l words (commandline -opc) (commandline -ct); waggle __complete $words[2..] 2>/dev/null)'
complete -c waggle -n '__fish_seen_subcommand_from run check dump' -F
`,
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
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (before.includes('--')) return [];
  let command = program;
  let takesProgram = true;
  for (const word of before) {
    const sub = command.commands.find((candidate) => candidate.name() === word);
    if (sub) command = sub;
    else if (!word.startsWith('-')) takesProgram = false;
  }
  const option = command.options.find(
    (candidate) => candidate.short === before.at(-1) || candidate.long === before.at(-1),
  );
  if (option?.required) return (option.argChoices ?? []).filter((choice) => choice.startsWith(last));
  const candidates = last.startsWith('-')
    ? [...command.options.filter((candidate) => !candidate.hidden).map((candidate) => candidate.long!), '--help']
    : [
        ...command.commands.filter((sub) => !HIDDEN.has(sub.name())).map((sub) => sub.name()),
        ...(takesProgram && ['run', 'check', 'dump'].includes(command.name())
          ? listGadgets().map((gadget) => gadget.name)
          : []),
        ...(command.name() === 'completion' ? Object.keys(SCRIPTS) : []),
      ];
  return candidates.filter((candidate) => candidate.startsWith(last)).sort();
}

const HIDDEN: ReadonlySet<string> = new Set(['warm-up']);
