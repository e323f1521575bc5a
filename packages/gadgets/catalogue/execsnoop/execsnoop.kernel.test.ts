import { copyFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileCalls } from '../../../../test/support/calls.ts';
import { expectNothingLeft } from '../../../../test/support/kernel-leftovers.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { runWaggle } from '../../../../test/support/waggle-process.ts';

expectNothingLeft();
const folder = temporaryFolder();
const program = `${folder}/program`;
copyFileSync(compileCalls(), program);

interface Exec {
  readonly pid: number;
  readonly ppid: number;
  readonly comm: string;
  readonly error: string | null;
  readonly path: string;
  readonly args: string;
}

async function execs(...command: string[]): Promise<Exec[]> {
  const { stdout } = await runWaggle(['run', 'execsnoop', '-q', '-o', 'json', '--columns', '+path', '--', ...command]);
  return JSON.parse(stdout) as Exec[];
}

describe('execsnoop', () => {
  it('shows the command and what it executes, with arguments and parents', async () => {
    const script = `${program} say: "two  words" ""; exec ${program}`;
    const [shell, child, last, ...others] = await execs('sh', '-c', script);
    expect(others).toEqual([]);
    expect(shell).toMatchObject({ comm: 'sh', error: null, args: `sh -c '${script}'` });
    expect(shell!.path).toMatch(/\/sh$/);
    expect(child).toMatchObject({
      ppid: shell!.pid,
      comm: 'program',
      path: program,
      args: `${program} say: 'two  words' ''`,
    });
    expect(last).toMatchObject({ pid: shell!.pid, comm: 'program', args: program });
  });

  it('shows what could not be executed, and why', async () => {
    const events = await execs('sh', '-c', `${folder}/missing; ${folder}; exec ${program}`);
    expect(events.filter(({ error }) => error !== null).map(({ error, path, args }) => [error, path, args])).toEqual([
      ['ENOENT', `${folder}/missing`, `${folder}/missing`],
      ['EACCES', folder, folder],
    ]);
    expect(events).toHaveLength(4);
  });
});
