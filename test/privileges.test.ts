import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { type Outcome, PLAIN_ENV, runWaggle, WAGGLE } from './support/waggle-process.ts';

expectNothingLeft();

const NO_CAPABILITIES = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
const MESSAGE =
  /^waggle: tracing needs CAP_BPF and CAP_PERFMON, which this process does not have: run it as root \(sudo\), or .+\n$/;

describe('without capabilities', () => {
  it.each<[string, string[]]>([
    ['a gadget', ['run', 'opensnoop']],
    ['a script', ['run', '-e', 'BEGIN { exit(); }']],
    ['a command', ['run', 'opensnoop', '--', 'true']],
    ['the demo', ['demo', '--timeout', '1s']],
  ])('%s is told in one line what is missing', async (_, args) => {
    const { code, stdout, stderr } = await runWaggle(args, { wrapper: NO_CAPABILITIES });
    expect(stderr).toMatch(MESSAGE);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('names only the one that is missing', async () => {
    const wrapper = ['setpriv', '--bounding-set=-all,+bpf', '--inh-caps=-all'];
    const { code, stderr } = await runWaggle(['run', 'opensnoop'], { wrapper });
    expect(stderr).toMatch(/^waggle: tracing needs CAP_PERFMON, which/);
    expect(code).toBe(1);
  });

  it('a mistake of the user comes first', async () => {
    const { code, stderr } = await runWaggle(['run', 'opensnop'], { wrapper: NO_CAPABILITIES });
    expect(stderr).toContain('did you mean "opensnoop"?');
    expect(code).toBe(2);
  });
});

describe('an ordinary user', () => {
  /** The command and its one native package, where everybody may read them. */
  const folder = temporaryFolder();
  const packageRoot = dirname(dirname(WAGGLE));
  for (const part of ['bin', 'dist'])
    cpSync(join(packageRoot, part), join(folder, 'waggle', part), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of ['koffi', '@koromix']) {
    const source = join(packageRoot, '../../node_modules', name);
    cpSync(source, join(folder, 'node_modules', name), { recursive: true, dereference: true });
  }
  cpSync(process.execPath, join(folder, 'node'));
  chmodSync(join(folder, 'node'), 0o755);

  function runAsNobody(args: readonly string[]): Outcome {
    const command = [
      '--reuid=nobody',
      '--regid=nogroup',
      '--clear-groups',
      '--bounding-set=-all',
      join(folder, 'node'),
      join(folder, 'waggle/bin/waggle.cjs'),
      ...args,
    ];
    const { status, stdout, stderr } = spawnSync('setpriv', command, { env: PLAIN_ENV, cwd: '/', encoding: 'utf8' });
    return { code: status ?? -1, stdout, stderr };
  }

  it('is told what is missing to trace', () => {
    const { code, stdout, stderr } = runAsNobody(['run', 'opensnoop']);
    expect(stderr).toMatch(MESSAGE);
    expect([code, stdout]).toEqual([1, '']);
  });

  it.each<[string, string[]]>([
    ['a gadget', ['opensnoop']],
    ['another', ['runqlat']],
    ['a script', ['-e', 'BEGIN { printf("%d\\n", curtask->pid); }']],
  ])('checks %s', (_, args) => {
    expect(runAsNobody(['check', ...args])).toMatchObject({ code: 0, stdout: '' });
  });

  it('finds mistakes that need no privileges to be found', () => {
    const { code, stderr } = runAsNobody(['check', '-e', 'BEGIN { printf("%d\\n", curtask->pidd); } END { x() }']);
    expect(stderr).toMatch(/error\[unknown-field\].*pidd/);
    expect(stderr).toMatch(/error\[unknown-function\]/);
    expect(code).toBe(1);
  });

  it('lists gadgets and probes', () => {
    expect(runAsNobody(['list', 'gadgets'])).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout } = runAsNobody(['list', 'probes', 'rawtracepoint:sched_switch']);
    expect([code, stdout]).toEqual([0, 'rawtracepoint:sched_switch\n']);
  });
});
