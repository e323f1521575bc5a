import { describe, expect, it } from 'vitest';
import { compileCalls } from './support/calls.ts';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { runWaggle } from './support/waggle-process.ts';

expectNothingLeft();
const calls = compileCalls();

const SCRIPT = `BEGIN {
  print((name = "cart", us = 30, path = "/etc/a"));
  print((name = "web", us = 5, path = "/etc/b"));
  print((name = "cart", us = 1000, path = "/tmp/c"));
  print((name = "db", us = 30, path = "/etc/d"));
  exit();
}`;

/** The lines behind the header, as `name us path`. */
async function rows(...options: string[]): Promise<string[]> {
  const { stdout, stderr } = await runWaggle([
    'run',
    '-q',
    '-o',
    'csv',
    '--columns',
    'name,us',
    ...options,
    '-e',
    SCRIPT,
  ]);
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\r\n').slice(1);
}

describe('--filter', () => {
  it.each<[string, string[]]>([
    ['name == "cart"', ['cart,30', 'cart,1000']],
    ["name != 'cart'", ['web,5', 'db,30']],
    ['us < 30', ['web,5']],
    ['us >= 0x1e && name == "db"', ['db,30']],
    ['us > 100 || us < 10', ['web,5', 'cart,1000']],
    ['!(name == "cart")', ['web,5', 'db,30']],
    ['path ~ "^/etc/"', ['cart,30', 'web,5', 'db,30']],
    ['path !~ "^/etc/"', ['cart,1000']],
    ['comm == null', []],
    ['us == 1000 && path', ['cart,1000']],
  ])('%s', async (filter, expected) => {
    expect(await rows('--filter', filter)).toEqual(expected);
  });
});

describe('--sort', () => {
  it.each<[string, string[]]>([
    ['us', ['web,5', 'cart,30', 'db,30', 'cart,1000']],
    ['-us,-name', ['cart,1000', 'db,30', 'cart,30', 'web,5']],
    ['name,-us', ['cart,1000', 'cart,30', 'db,30', 'web,5']],
  ])('%s', async (sort, expected) => {
    expect(await rows('--sort', sort)).toEqual(expected);
  });
});

describe('--columns', () => {
  it.each<[string, string]>([
    ['us,name', 'us,name'],
    ['-time,-container,-pid,-comm', 'name,us,path'],
    ['+tid,-time,-container', 'pid,tid,comm,name,us,path'],
    ['NAME', 'name'],
  ])('%s', async (columns, header) => {
    const { stdout } = await runWaggle(['run', '-q', '-o', 'csv', `--columns=${columns}`, '-e', SCRIPT]);
    expect(stdout.split('\r\n')[0]).toBe(header);
  });
});

describe('--max-rows', () => {
  it('shows the first rows, and ends the trace', async () => {
    expect(await rows('--max-rows', '2')).toEqual(['cart,30', 'web,5']);
    const { code, stdout } = await runWaggle([
      'run',
      '-q',
      '--max-rows',
      '3',
      '-o',
      'csv',
      '--columns',
      'n',
      '-e',
      'interval:ms:1 { print((n = 1)); }',
    ]);
    expect([code, stdout]).toEqual([0, 'n\r\n1\r\n1\r\n1\r\n']);
  });

  it('shows the best of all rows with --sort, and rows that --filter takes', async () => {
    expect(await rows('--max-rows', '1', '--sort', '-us')).toEqual(['cart,1000']);
    expect(await rows('--max-rows', '1', '--filter', 'name == "db"')).toEqual(['db,30']);
  });

  it('keeps the best of many', async () => {
    const script = 'tracepoint:syscalls:sys_enter_getpgid { print((n = args.pid)); }';
    const options = ['--sort', '-n', '--max-rows', '2', '--columns', 'n', '-o', 'csv'];
    const { stdout } = await runWaggle(['run', '-q', ...options, '-e', script, '--', calls, 'getpgid:20000']);
    expect(stdout).toBe('n\r\n20000\r\n19999\r\n');
  });

  it('lets a command go on, and ends with its code', async () => {
    const script = 'tracepoint:syscalls:sys_enter_getpgid { print((n = args.pid)); }';
    const command = ['sh', '-c', `${calls} getpgid:100; exit 9`];
    const { code, stdout } = await runWaggle([
      'run',
      '-q',
      '--max-rows',
      '1',
      '--columns',
      'n',
      '-o',
      'csv',
      '-e',
      script,
      '--',
      ...command,
    ]);
    expect([code, stdout]).toEqual([9, 'n\r\n1\r\n']);
  });
});

describe('--timeout', () => {
  it('ends a trace that nothing else ends, with its maps', async () => {
    const { code, stdout, stderr } = await runWaggle([
      'run',
      '--timeout',
      '0.1s',
      '-e',
      'BEGIN { @n = 3; } interval:s:100 { @n = 4; }',
    ]);
    expect([code, stdout]).toEqual([0, '\n\n@n: 3\n']);
    expect(stderr).toBe('waggle: aggregated in the kernel, 0 map updates lost\n');
  });
});

describe('parameters of a script', () => {
  it('are $1, $2, … and $#', async () => {
    const script = 'BEGIN { printf("%d %s %d\\n", $1, str($2), $#); exit(); }';
    expect(await runWaggle(['run', '-q', '-e', script, '42', 'two'])).toEqual({
      code: 0,
      stdout: '42 two 2\n',
      stderr: '',
    });
  });
});

describe('exit(code)', () => {
  it('is the exit code', async () => {
    expect(await runWaggle(['run', '-q', '-e', 'BEGIN { exit(4); }'])).toEqual({ code: 4, stdout: '', stderr: '' });
  });
});
