import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileCalls } from './support/calls.ts';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { OwnCgroup } from './support/own-cgroup.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runWaggle, WaggleProcess } from './support/waggle-process.ts';

expectNothingLeft();
const folder = temporaryFolder();
const calls = compileCalls();

/** One cheap tracepoint: what the tests of exit codes and signals trace. */
const CHEAP = ['run', '-e', 'tracepoint:syscalls:sys_enter_getpgid { print((pgid = args.pid)); }'];

interface Open {
  readonly path: string;
  readonly fd: number | null;
  readonly error: string | null;
  readonly flags: string;
  readonly comm: string;
}

/** What the dynamic loader maps for a program, as `ldd` tells. */
function librariesOf(program: string): string[] {
  const text = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...text.matchAll(/=> (\S+)/g)].map(([, path]) => path!);
}

describe('opensnoop of a command', () => {
  it('lists the opens of cat, all of them, and no others', async () => {
    const other = new OwnCgroup();
    try {
      other.start(['sh', '-c', `while :; do : <${folder}; cat /etc/passwd >/dev/null; done`]).stdout!.resume();
      const { code, stdout, stderr } = await runWaggle([
        'run',
        'opensnoop',
        '-o',
        'json',
        '--',
        'cat',
        '/etc/hostname',
      ]);
      const hostname = readFileSync('/etc/hostname', 'utf8');
      expect(stdout).toContain(hostname);
      // cat writes to the same pipe.
      const opens = JSON.parse(stdout.replace(hostname, '')) as Open[];
      const expected = ['/etc/ld.so.cache', ...librariesOf('/bin/cat'), '/etc/hostname'];
      expect(opens.map(({ path }) => path)).toEqual(expected);
      expect(new Set(opens.map(({ comm }) => comm))).toEqual(new Set(['cat']));
      expect(opens[0]).toMatchObject({ fd: 3, error: null, flags: 'O_RDONLY|O_CLOEXEC' });
      expect(opens.at(-1)).toMatchObject({ fd: 3, error: null, flags: 'O_RDONLY' });
      expect(stderr).toBe(`waggle: ${opens.length} events seen, ${opens.length} kept, 0 lost\n`);
      expect(code).toBe(0);
    } finally {
      await other.close();
    }
  });

  it('names the error of an open that fails, and ends with the code of the command', async () => {
    const { code, stdout, stderr } = await runWaggle([
      'run',
      'opensnoop',
      '-o',
      'jsonl',
      '--',
      'cat',
      `${folder}/missing`,
    ]);
    const opens = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Open);
    expect(opens.find(({ path }) => path === `${folder}/missing`)).toMatchObject({ fd: null, error: 'ENOENT' });
    expect(stderr).toContain('No such file or directory');
    expect(code).toBe(1);
  });

  it('sees the children of the command', async () => {
    const script = `sh -c ': <${folder}/child'; : <${folder}/self`;
    const { stdout } = await runWaggle([
      'run',
      'opensnoop',
      '-q',
      '-o',
      'csv',
      '--columns',
      'pid,path',
      '--',
      'sh',
      '-c',
      script,
    ]);
    const [child, self] = ['child', 'self'].map(
      (name) => new RegExp(`^(\\d+),${folder}/${name}\r$`, 'm').exec(stdout)?.[1],
    );
    expect(Number(child)).toBeGreaterThan(0);
    expect(Number(self)).toBeGreaterThan(0);
    expect(child).not.toBe(self);
  });
});

describe('a command', () => {
  it.each([
    ['its code', ['sh', '-c', 'exit 7'], 7],
    ['0 where it is well', ['true'], 0],
    ['128 + 9 where SIGKILL ends it', ['sh', '-c', 'kill -KILL $$'], 137],
    ['128 + 15 where SIGTERM ends it', ['sh', '-c', 'kill -TERM $$'], 143],
  ])('gives %s', async (_, command, code) => {
    expect(await runWaggle([...CHEAP, '--', ...command])).toMatchObject({ code, stdout: '' });
  });

  it('gives 127 where it is not there', async () => {
    const { code, stdout, stderr } = await runWaggle([...CHEAP, '--', 'waggle-no-such-command']);
    expect(stderr).toBe('waggle: waggle-no-such-command: command not found\n');
    expect([code, stdout]).toEqual([127, '']);
  });

  it('gives 126 where it may not be executed', async () => {
    const path = `${folder}/not-executable`;
    writeFileSync(path, 'not a program');
    chmodSync(path, 0o644);
    const { code, stderr } = await runWaggle([...CHEAP, '--', path]);
    expect(stderr).toMatch(/^waggle: .*not-executable.*\n$/);
    expect(code).toBe(126);
  });

  it('is not started where the script has a mistake', async () => {
    const { code } = await runWaggle(['run', '-e', 'BEGIN { nonsense() }', '--', 'touch', `${folder}/started`]);
    expect(code).toBe(1);
    expect(() => readFileSync(`${folder}/started`)).toThrow('ENOENT');
  });

  it('reads our standard input, and gets its words as they are', async () => {
    const outcome = await runWaggle(
      [...CHEAP, '-q', '--', 'sh', '-c', 'cat; printf "<%s>" "$@"', 'sh', 'a  b', '--', '*'],
      {
        input: 'from the pipe\n',
      },
    );
    expect(outcome).toEqual({ code: 0, stdout: 'from the pipe\n<a  b><--><*>', stderr: '' });
  });

  it('gets the SIGTERM that we get, and its end ends the trace', async () => {
    const waggle = new WaggleProcess([...CHEAP, '-v', '--', calls, 'getpgid:3', 'say:ready', 'wait']);
    await waggle.attached();
    await waggle.shows('ready');
    waggle.signal('SIGTERM');
    const { code, stderr } = await waggle.ended;
    expect(stderr).toContain('3 events seen, 3 kept, 0 lost');
    expect(code).toBe(143);
  });

  it('is ended where it outlives --timeout', async () => {
    const { code, stdout } = await runWaggle([...CHEAP, '--timeout', '200ms', '--', 'sleep', '60']);
    expect([code, stdout]).toEqual([143, '']);
  });

  it('excludes other targets', async () => {
    const { code, stderr } = await runWaggle([...CHEAP, '--pid', '1', '--', 'true']);
    expect(stderr).toBe('waggle: --pid and a command behind -- exclude each other\n');
    expect(code).toBe(2);
    expect(await runWaggle([...CHEAP, '--'])).toMatchObject({ code: 2, stderr: 'waggle: no command behind --\n' });
  });
});
