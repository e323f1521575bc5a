import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { compileCalls } from './support/calls.ts';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { type Outcome, runWaggle, WaggleProcess } from './support/waggle-process.ts';

expectNothingLeft();
const calls = compileCalls();

/** Everything that can come out of a script: events, text, maps, a histogram. */
const MIXED = `
BEGIN {
  print((n = 1, text = "x, \\"y\\"", pair = (1, "x"), big = (uint64)0xffffffffffffffff));
  print((n = -20, text = "", pair = (2, "y"), big = (uint64)7));
  printf("said %d\\n", 3);
  @scalar = 5; @keyed["k", 2] = count(); @times = hist(3);
  exit();
}`;
const COLUMNS = ['--columns', 'n,text,pair,big'];
const MIXED_ROWS = [
  { n: 1, text: 'x, "y"', pair: [1, 'x'], big: '18446744073709551615' },
  { n: -20, text: '', pair: [2, 'y'], big: 7 },
];
const MIXED_RESULTS = [
  { type: 'printf', data: 'said 3\n' },
  { type: 'map', data: { '@keyed': { 'k,2': 1 } } },
  { type: 'map', data: { '@scalar': 5 } },
  { type: 'hist', data: { '@times': [{ min: 2, max: 3, count: 1 }] } },
];

function runMixed(format: string): Promise<Outcome> {
  return runWaggle(['run', '-q', '-o', format, ...COLUMNS, '-e', MIXED]);
}

/** In JSON maps come before histograms, or in the order of their names: what matters is that all are there. */
function byText(values: readonly unknown[]): string[] {
  return values.map((value) => JSON.stringify(value)).sort();
}

describe('events, text and maps', () => {
  it('as columns: a header, rows in line, the rest as bpftrace shows it', async () => {
    const { code, stdout, stderr } = await runMixed('columns');
    const [header, first, second, ...rest] = stdout.split('\n');
    expect(header).toMatch(/^ +N {2}TEXT +PAIR +BIG$/);
    // Numbers end where their header ends, texts begin where theirs does.
    for (const [row, n, big] of [
      [first!, '1', '18446744073709551615'],
      [second!, '-20', '7'],
    ] as const) {
      expect(row.slice(0, header!.indexOf('N') + 1).trim()).toBe(n);
      expect(row.endsWith(`  ${big}`) || row.endsWith(` ${big}`)).toBe(true);
    }
    expect(first!.indexOf('x, "y"')).toBe(header!.indexOf('TEXT'));
    expect([first!.indexOf('1,x'), second!.indexOf('2,y')]).toEqual([header!.indexOf('PAIR'), header!.indexOf('PAIR')]);
    expect(rest.join('\n')).toBe(
      `said 3\n\n\n@keyed[k, 2]: 1\n@scalar: 5\n@times:\n[2, 4)                 1 |${'@'.repeat(52)}|\n\n`,
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  it('as json: one document', async () => {
    const { stdout, stderr } = await runMixed('json');
    const document = JSON.parse(stdout) as unknown[];
    expect(document.slice(0, 2)).toEqual(MIXED_ROWS);
    expect(byText(document.slice(2))).toEqual(byText(MIXED_RESULTS));
    expect(stderr).toBe('');
  });

  it('as jsonl: an object a line', async () => {
    const { stdout } = await runMixed('jsonl');
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(objects.slice(0, 2)).toEqual(MIXED_ROWS);
    expect(byText(objects.slice(2))).toEqual(byText(MIXED_RESULTS));
  });

  it('as yaml: a document each', async () => {
    const { stdout } = await runMixed('yaml');
    const documents = parseAllDocuments(stdout).map((document) => document.toJS() as unknown);
    // YAML has integers of any size; JavaScript has not.
    expect(stdout).toContain('\nbig: 18446744073709551615\n');
    expect(documents.slice(0, 2)).toEqual([{ ...MIXED_ROWS[0], big: 2 ** 64 }, MIXED_ROWS[1]]);
    expect(byText(documents.slice(2))).toEqual(byText(MIXED_RESULTS));
  });

  it('as csv: rows with a header; what is no row goes to standard error', async () => {
    const { stdout, stderr } = await runMixed('csv');
    expect(stdout).toBe('n,text,pair,big\r\n1,"x, ""y""","[1,""x""]",18446744073709551615\r\n-20,,"[2,""y""]",7\r\n');
    expect(stderr).toMatch(/^said 3\n\n\n@keyed\[k, 2\]: 1\n/);
  });
});

describe('who did it', () => {
  const EVENT = 'tracepoint:syscalls:sys_enter_getpgid { print((n = args.pid)); }';

  it('stands in front of each event', async () => {
    const before = Date.now();
    const { stdout } = await runWaggle([
      'run',
      '-q',
      '-o',
      'jsonl',
      '-e',
      EVENT,
      '--columns',
      '+tid',
      '--',
      calls,
      'getpgid:1',
    ]);
    const event = JSON.parse(stdout) as {
      time: string;
      container: string;
      pid: number;
      tid: number;
      comm: string;
      n: number;
    };
    expect(Object.keys(event)).toEqual(['time', 'container', 'pid', 'tid', 'comm', 'n']);
    expect(event).toMatchObject({
      comm: 'calls',
      n: 1,
      tid: event.pid,
      container: expect.stringMatching(/^calls-\d+-1$/),
    });
    expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    expect(Date.parse(event.time)).toBeGreaterThanOrEqual(before - 1);
    expect(Date.parse(event.time)).toBeLessThanOrEqual(Date.now());
  });

  it('has the time of day of the time zone in columns', async () => {
    const options = { env: { TZ: 'Asia/Kolkata' } };
    const { stdout } = await runWaggle(
      ['run', '-q', '-e', EVENT, '--columns', 'time', '--', calls, 'getpgid:1'],
      options,
    );
    const shown = /^TIME\n(\d\d):(\d\d):\d\d\.\d{3}\n$/.exec(stdout)!;
    const minutes = Number(shown[1]) * 60 + Number(shown[2]);
    const now = new Date(Date.now() + 5.5 * 3600e3);
    const difference = now.getUTCHours() * 60 + now.getUTCMinutes() - minutes;
    expect([0, 1]).toContain((difference + 1440) % 1440);
  });
});

describe('the table of a gadget', () => {
  const COMMAND = ['--', calls, 'read:20', 'badfsync:7'];
  const ROWS = [
    '--filter',
    'syscall == "read" || syscall == "fsync"',
    '--sort',
    '-calls',
    '--columns',
    'syscall,calls,errors',
  ];
  const EXPECTED = [
    { syscall: 'read', calls: 20, errors: null },
    { syscall: 'fsync', calls: 7, errors: 7 },
  ];

  it.each<[string, (stdout: string) => unknown]>([
    ['json', (stdout) => JSON.parse(stdout)],
    [
      'jsonl',
      (stdout) =>
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
    ],
    ['yaml', (stdout) => parseAllDocuments(stdout).map((document) => document.toJS() as unknown)],
  ])('as %s', async (format, parse) => {
    const { stdout } = await runWaggle(['run', '-q', 'syscount', '-o', format, ...ROWS, ...COMMAND]);
    expect(parse(stdout)).toEqual(EXPECTED);
  });

  it('as csv', async () => {
    const { stdout } = await runWaggle(['run', '-q', 'syscount', '-o', 'csv', ...ROWS, ...COMMAND]);
    expect(stdout).toBe('syscall,calls,errors\r\nread,20,\r\nfsync,7,7\r\n');
  });

  it('as columns, as wide as its content', async () => {
    const { stdout } = await runWaggle(['run', '-q', 'syscount', ...ROWS, ...COMMAND]);
    expect(stdout).toBe('SYSCALL  CALLS  ERRORS\nread        20\nfsync        7       7\n');
  });

  it('every interval, as far as it is', async () => {
    const script = ['-e', 'tracepoint:syscalls:sys_enter_getpgid { @calls = count(); }'];
    const waggle = new WaggleProcess([
      'run',
      '-q',
      '--interval',
      '50ms',
      ...script,
      '--',
      calls,
      'getpgid:4',
      'wait',
      'getpgid:5',
    ]);
    await waggle.shows('@calls: 4\n');
    waggle.write('\n');
    const { stdout } = await waggle.ended;
    expect(stdout).toMatch(/@calls: 9\n\n?$/);
  });
});

describe('a json document', () => {
  it('is whole where Ctrl-C ends the trace, and where nothing happened', async () => {
    for (const format of ['json', 'jsonl', 'yaml', 'csv']) {
      const waggle = new WaggleProcess([
        'run',
        '-v',
        '-o',
        format,
        '-e',
        'interval:ms:10 { print((n = 1)); }',
        '--columns',
        'n',
      ]);
      await waggle.shows('n');
      const { code, stdout } = await waggle.interrupt();
      expect(code).toBe(0);
      if (format === 'json') expect(JSON.parse(stdout)).toContainEqual({ n: 1 });
      if (format === 'jsonl') expect(JSON.parse(stdout.split('\n')[0]!)).toEqual({ n: 1 });
      if (format === 'yaml') expect(parseAllDocuments(stdout)[0]!.toJS()).toEqual({ n: 1 });
      if (format === 'csv') expect(stdout).toMatch(/^n\r\n(1\r\n)+$/);
    }
    const nothing = await runWaggle([
      'run',
      '-q',
      '-o',
      'json',
      '-e',
      'interval:s:100 { print((n = 1)); }',
      '--timeout',
      '50ms',
    ]);
    expect(nothing).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  });
});
