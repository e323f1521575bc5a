import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';
import { PLAIN_ENV, runWaggle, WAGGLE } from './support/waggle-process.ts';

const folder = temporaryFolder();
mkdirSync(`${folder}/bin`);
symlinkSync(WAGGLE, `${folder}/bin/waggle`);
const env = { ...PLAIN_ENV, PATH: `${folder}/bin${delimiter}${PLAIN_ENV.PATH}` };

/** What bash offers for the last word, after it has sourced the script as the help says. */
function completeInBash(...words: string[]): string[] {
  const script = `
    source <(waggle completion bash)
    complete -p waggle >/dev/null || exit 1
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    _waggle waggle "\${COMP_WORDS[COMP_CWORD]}"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['--norc', '-c', script, 'bash', 'waggle', ...words], { env, encoding: 'utf8' });
  return text.split('\n').filter(Boolean);
}

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['--version']).error === undefined;
}

describe('completion in bash', () => {
  it.each<[string[], string[]]>([
    [['ru'], ['run']],
    [['dep'], ['deploy']],
    [
      ['run', 'opensnoop', '-n', 'shop', '--se'],
      ['--selector', '--server'],
    ],
    [['deploy', '--image-pull-policy', 'N'], ['Never']],
    [
      ['list', ''],
      ['gadgets', 'probes'],
    ],
    [['run', 'op'], ['opensnoop']],
    [['check', 'exec'], ['execsnoop']],
    [['dump', 'sysc'], ['syscount']],
    [
      ['run', '-o', 'j'],
      ['json', 'jsonl'],
    ],
    [
      ['run', '--output', ''],
      ['columns', 'json', 'jsonl', 'yaml', 'csv'],
    ],
    [
      ['run', 'opensnoop', '--c'],
      ['--cgroup', '--columns', '--comm', '--container'],
    ],
    [['run', '--pid', ''], []],
    [['run', 'opensnoop', '--', ''], []],
    [['run', '-V', '--help', '--tim'], ['--timeout']],
    [
      ['completion', ''],
      ['bash', 'fish', 'zsh'],
    ],
    [['nonsense', 'x'], []],
  ])('%j', (words, expected) => {
    expect(completeInBash(...words)).toEqual(expected);
  });

  it('offers all commands, and no hidden ones', () => {
    expect(completeInBash('')).toEqual([
      ...['attach', 'check', 'completion', 'delete', 'demo', 'deploy', 'describe', 'dump', 'get', 'list', 'logs'],
      ...['replay', 'run', 'status', 'stop', 'undeploy', 'version'],
    ]);
  });

  it('keeps words with blanks and quotes together', () => {
    expect(completeInBash('run', '-e', 'BEGIN { "a b" }', '--time')).toEqual(['--timeout']);
  });
});

describe('completion through kubectl', () => {
  symlinkSync(WAGGLE, `${folder}/bin/kubectl_complete-waggle`);

  it.each<[string[], string[]]>([
    [
      ['run', 'opens'],
      ['opensnoop', ':4'],
    ],
    [
      ['run', 'opensnoop', '--node'],
      ['--node', ':4'],
    ],
    [['nonsense', ''], [':4']],
  ])('%j', (words, expected) => {
    const text = execFileSync(process.execPath, [`${folder}/bin/kubectl_complete-waggle`, ...words], {
      env,
      encoding: 'utf8',
    });
    expect(text.split('\n').filter(Boolean)).toEqual(expected);
  });
});

describe('completion in other shells', () => {
  it.each(['bash', 'zsh', 'fish'])('is a script that %s takes', async (shell) => {
    const { code, stdout } = await runWaggle(['completion', shell]);
    expect(code).toBe(0);
    // What every one of them comes down to.
    expect(stdout).toContain('__complete');
    expect(stdout).toMatch(/complete .*waggle|compdef _?\S* ?waggle/);
    if (!isInstalled(shell)) return;
    writeFileSync(`${folder}/script`, stdout);
    execFileSync(shell, ['-n', `${folder}/script`]);
  });
});
