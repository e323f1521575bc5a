import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileCalls } from './support/calls.ts';
import { runInTerminal } from './support/in-terminal.ts';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { PLAIN_ENV, runWaggle, WAGGLE } from './support/waggle-process.ts';

expectNothingLeft();
const folder = temporaryFolder();
const calls = compileCalls();

const ROW = 'BEGIN { print((name = "a name that is quite long", size = 12345)); exit() }';
const BOLD = /\u001b\[(?:1|22)m/g;

describe('a terminal', () => {
  it('gets lines that fit, and a bold header', async () => {
    const text = await runInTerminal(['run', '-q', '-e', ROW], 60);
    const [header, row] = text.split('\r\n');
    expect(header!.replace(BOLD, '')).not.toBe(header);
    for (const line of [header!, row!]) {
      const shown = line.replace(BOLD, '');
      expect(shown.length).toBe(60);
      expect(shown).toMatch(/…$/);
    }
    const wide = await runInTerminal(['run', '-q', '-e', ROW], 200);
    expect(wide).toMatch(/\r\n.*a name that is quite long +12345\r\n$/);
  });

  it('gets no colour with NO_COLOR; a pipe gets it with FORCE_COLOR, and is not cut', async () => {
    expect(await runInTerminal(['run', '-q', '-e', ROW], 60, { NO_COLOR: '1' })).not.toContain('\u001b');
    const pipe = await runWaggle(['run', '-q', '-e', ROW]);
    expect(pipe.stdout).not.toContain('\u001b');
    expect(pipe.stdout).toContain('a name that is quite long');
    const forced = await runWaggle(['run', '-q', '-e', ROW], { env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toMatch(/^\u001b\[1mTIME .*\u001b\[22m\n/);
  });

  it('gets the ledger, too', async () => {
    expect(await runInTerminal(['run', '-e', 'BEGIN { printf("hi\\n"); exit(); }'], 80)).toMatch(
      /^hi\r\nwaggle: \d+ events? seen, .*\r\n$/,
    );
  });
});

describe('a file name with terminal escapes', () => {
  /** Sets the title, clears the screen, goes up a line, ends the line; C1 control; not UTF-8. */
  const nasty = '\u001b]0;owned\u0007\u001b[2J\u001b[A\r\nnext\u009b1m';
  const file = `${folder}/${nasty}`;
  const command = ['--', calls, `openat:${file}`];
  /** What a terminal may obey: everything below space, DEL and C1, but for our own `\r\n` and bold. */
  const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

  function unobeyed(text: string): string {
    return text.replace(BOLD, '').replaceAll('\r\n', '\n');
  }

  it.each([
    ['a column', 'print((path = str(args.filename)))'],
    ['printf', 'printf("%s\\n", str(args.filename))'],
    ['a map', '@[str(args.filename)] = count()'],
    ['a buffer', 'printf("%r\\n", buf(args.filename, 40))'],
    ['join and tuples', 'print((1, str(args.filename)))'],
  ])('does nothing to a terminal as %s', async (_, statement) => {
    const text = await runInTerminal(
      ['run', '-e', `tracepoint:syscalls:sys_enter_openat { ${statement}; }`, ...command],
      500,
    );
    expect(text).toContain('owned');
    expect(unobeyed(text)).not.toMatch(CONTROL);
  });

  it('does nothing to a terminal as the name of a thread', async () => {
    const path = `${folder}/\u001b[2Jx`;
    copyFileSync(calls, path);
    const script = 'tracepoint:syscalls:sys_enter_getpgid { print((c = comm)); @[comm] = count(); }';
    const text = await runInTerminal(['run', '-e', script, '--', path, 'getpgid:1'], 300);
    expect(text).toContain('[2Jx');
    expect(unobeyed(text)).not.toMatch(CONTROL);
  });

  it('is one line of a table in a pipe, and itself in JSON', async () => {
    const script = 'tracepoint:syscalls:sys_enter_openat { print((path = str(args.filename))); }';
    const columns = await runWaggle(['run', '-q', '-e', script, '--columns', 'path', ...command]);
    expect(columns.stdout).not.toMatch(CONTROL);
    expect(columns.stdout.trimEnd().split('\n')).toHaveLength(2);
    const json = await runWaggle(['run', '-q', '-o', 'json', '-e', script, ...command]);
    expect(json.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect((JSON.parse(json.stdout) as { path: string }[]).map(({ path }) => path)).toEqual([file]);
  });
});

describe('a reader that goes away', () => {
  /** Runs a pipeline; gives what came through it and what was said on standard error. */
  function pipeline(args: string, reader: string): Promise<{ stdout: string; stderr: string; code: number }> {
    const child = spawn('bash', ['-c', `${process.execPath} ${WAGGLE} ${args} | ${reader}; exit "\${PIPESTATUS[0]}"`], {
      env: PLAIN_ENV,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => {
      stdout += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
    });
    return new Promise((resolve) => child.once('close', (code) => resolve({ stdout, stderr, code: code! })));
  }

  it.each(['columns', 'json', 'jsonl', 'yaml', 'csv'])('ends the trace quietly: %s', async (format) => {
    const { stdout, stderr, code } = await pipeline(
      `run -o ${format} -e 'interval:ms:1 { print((n = 1)); }'`,
      'head -n 1',
    );
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect([stderr, code]).toEqual(['', 0]);
  });

  it('ends a list quietly', async () => {
    expect(await pipeline('list probes', 'head -n 1')).toEqual({ stdout: 'BEGIN\n', stderr: '', code: 0 });
    expect(await pipeline('dump opensnoop', 'head -n 1')).toMatchObject({ stdout: '## maps\n', stderr: '' });
    expect(await pipeline('--help', 'true')).toMatchObject({ stderr: '' });
  });
});
