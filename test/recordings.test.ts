/** `run --record` and `replay`: what is shown again is what was shown, to the byte. */
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compileCalls } from './support/calls.ts';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runWaggle, WaggleProcess } from './support/waggle-process.ts';

expectNothingLeft();
const calls = compileCalls();
const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const FORMATS = ['columns', 'json', 'jsonl', 'yaml', 'csv'];

/** Everything that can come out of a script. */
const EVERYTHING = `
BEGIN {
  printf("%d %s %s %-8s| %p\\n", 3, "x, \\"y\\"", strftime("%H:%M:%S.%f", nsecs), "left", 0xff00);
  printf("%s %s %rx %s\\n", ntop(0x0100007f), username, buf("bytes", 5), ksym(0xffffffff81000000));
  time("%F %T\\n"); cat("/proc/sys/kernel/ostype"); system("echo from the shell");
  print((n = 1, text = "é", pair = (1, "x"), big = (uint64)0xffffffffffffffff, who = username));
  print((1, "two", (3, 4))); print(-5);
  @keyed["k", 2] = count(); @keyed["l", 3] = count(); @times = hist(3); @lines = lhist(7, 0, 10, 1);
  @least = min(-3); @most = max(9); @mean = avg(4); @all = stats(5); @all = stats(8);
  @one = 5; @text["key"] = "value"; @who[username] = 1;
  print(@keyed); print(@keyed, 1); print(@times); print(@all); print(@one); print(@most); print(@who);
  clear(@keyed); print(@keyed); @keyed["k", 2] = count(); zero(@keyed); print(@keyed);
  print(@keyed["k", 2]); print(@text["key"]);
}
tracepoint:syscalls:sys_enter_execve { join(args.argv); @paths[cgroup_path(cgroup)] = count(); }
tracepoint:syscalls:sys_enter_getpgid {
  print((n = args.pid, kernel = kstack(3), user = ustack(2), symbol = ksym(0xffffffff81000000), group = cgroup_path(cgroup)));
  printf("%s%s%s\\n", kstack(perf, 2), ustack(1), pod); @by[node, namespace, pod, label("app")] = count(); print(@by);
  @stacks[kstack(4), comm] = count(); @users[ustack(3)] = sum(args.pid); @names[ksym(0xffffffff81000000)] = count();
}
END { printf("the end\\n"); }`;

const COMMAND = ['--', 'sh', '-c', `${calls} getpgid:3; /bin/true one two`];

describe('a replay is what its run was, to the byte', () => {
  it.each<[string, readonly string[]]>([
    ['a script that does everything', ['--unsafe', '-e', EVERYTHING, ...COMMAND]],
    ['events of a gadget', ['opensnoop', '--', 'sh', '-c', 'cat /dev/null /no/such/file 2>&-']],
    ['the table of a gadget', ['syscount', '--filter', 'syscall != "futex"', '--sort', '-calls', ...COMMAND]],
  ])('%s, in every format', async (_name, args) => {
    for (const format of FORMATS) {
      const run = await runWaggle(['run', '--record', at('whole'), '-o', format, ...args]);
      expect(run.stderr).toMatch(/^waggle: .*, 0 (map updates )?lost\n$/m);
      expect(run.stdout.length + run.stderr.length).toBeGreaterThan(150);
      const rows = args.slice(0, args.indexOf('--')).filter((word, index, all) => isRowOption(word, all[index - 1]));
      expect(await runWaggle(['replay', at('whole'), '-o', format, ...rows])).toEqual(run);
    }
  });

  it('every gadget', async () => {
    const names = (await runWaggle(['list', 'gadgets', '-o', 'json'])).stdout;
    const gadgets = (JSON.parse(names) as { readonly name: string }[]).map(({ name }) => name);
    expect(gadgets.length).toBeGreaterThan(5);
    for (const gadget of gadgets) {
      const command = ['sh', '-c', `${calls} getpgid:1 read:3; cat /dev/null`];
      const run = await runWaggle(['run', '--record', at('gadget'), gadget, '--', ...command]);
      expect([gadget, await runWaggle(['replay', at('gadget')])]).toEqual([gadget, run]);
    }
  });

  it('maps at intervals, and prints at intervals', async () => {
    const script = `interval:ms:20 { @n += 1; @ticks = count(); print(@ticks); if (@n >= 5) { exit(); } }`;
    const run = await runWaggle([
      'run',
      '--record',
      at('intervals'),
      '--interval',
      '25ms',
      '-o',
      'jsonl',
      '-e',
      script,
    ]);
    expect(run.stdout.match(/"@ticks"/g)!.length).toBeGreaterThan(6);
    expect(await runWaggle(['replay', at('intervals'), '-o', 'jsonl'])).toEqual(run);
  });

  it('with the exit code of the script', async () => {
    const run = await runWaggle(['run', '--record', at('code'), '-e', 'BEGIN { printf("x\\n"); exit(3); }']);
    expect(run).toMatchObject({ code: 3, stdout: 'x\n' });
    expect(await runWaggle(['replay', at('code')])).toEqual(run);
  });

  it('in another time zone, at the times of the run', async () => {
    const script = 'BEGIN { time("%H:%M:%S\\n"); printf("%s\\n", strftime("%H:%M:%S", nsecs)); exit(); }';
    const run = await runWaggle(['run', '-q', '--record', at('zone'), '-e', script]);
    const hours = (text: string) =>
      text
        .split('\n')
        .slice(0, 2)
        .map((line) => Number(line.slice(0, 2)));
    const { stdout } = await runWaggle(['replay', '-q', at('zone')], { env: { TZ: 'Asia/Tokyo' } });
    expect(hours(stdout)).toEqual(hours(run.stdout).map((hour) => (hour + 9) % 24));
    expect(stdout.replace(/^\d\d/gm, '')).toBe(run.stdout.replace(/^\d\d/gm, ''));
  });
});

/** Options that say which rows are shown belong to the replay, too. */
function isRowOption(word: string, before: string | undefined): boolean {
  const options = ['--filter', '--sort'];
  return options.includes(word) || options.includes(before ?? '');
}

describe('a recording', () => {
  const EVENTS = 'tracepoint:syscalls:sys_enter_getpgid { print((n = args.pid)); }';

  it('is shown as another run would have shown it', async () => {
    await runWaggle(['run', '--record', at('rows'), '-o', 'json', '-e', EVENTS, '--', calls, 'getpgid:20']);
    const rows = ['--filter', 'n > 3', '--sort', '-n', '--max-rows', '2', '--columns', 'n,comm', '-o', 'jsonl'];
    expect(await runWaggle(['replay', at('rows'), '-q', ...rows])).toEqual({
      code: 0,
      stdout: '{"n": 20, "comm": "calls"}\n{"n": 19, "comm": "calls"}\n'
        .replaceAll('": ', '":')
        .replaceAll(', "', ',"'),
      stderr: '',
    });
    const first = await runWaggle(['replay', at('rows'), '-q', '--max-rows', '2', '--columns', 'n', '-o', 'csv']);
    expect(first).toEqual({ code: 0, stdout: 'n\r\n1\r\n2\r\n', stderr: '' });
  });

  it('comes from standard input, and from a compressed file', async () => {
    const run = await runWaggle(['run', '--record', at('packed.gz'), '-e', EVENTS, '--', calls, 'getpgid:500']);
    expect(await runWaggle(['replay', at('packed.gz')])).toEqual(run);
    const unpacked = gunzipSync(readFileSync(at('packed.gz')));
    expect(unpacked.length).toBeGreaterThan(3 * statSync(at('packed.gz')).size);
    writeFileSync(at('unpacked'), unpacked);
    expect(await runWaggle(['replay', '-'], { wrapper: ['sh', '-c', `exec "$0" "$@" < ${at('unpacked')}`] })).toEqual(
      run,
    );
    expect(await runWaggle(['replay', '-'], { wrapper: ['sh', '-c', `exec "$0" "$@" < ${at('packed.gz')}`] })).toEqual(
      run,
    );
  });

  it('keeps what came until its writer was killed', async () => {
    for (const name of ['killed', 'killed.gz']) {
      const script = 'interval:ms:5 { @n += 1; print((n = @n)); }';
      const waggle = new WaggleProcess(['run', '--record', at(name), '-o', 'jsonl', '--columns', 'n', '-e', script]);
      await waggle.shows('{"n":300}\n');
      waggle.signal('SIGKILL');
      const { stdout } = await waggle.ended;
      const replayed = await runWaggle(['replay', at(name), '-o', 'json', '--columns', 'n']);
      expect(replayed.code).toBe(1);
      expect(replayed.stderr).toMatch(
        /^waggle: cannot show the end of .*killed(\.gz)?: it was cut: shown is what it holds/,
      );
      const numbers = (JSON.parse(replayed.stdout) as { n: number }[]).map(({ n }) => n);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      // A second of a compressed one may have waited to be written.
      const shown = stdout.trimEnd().split('\n').length;
      expect(numbers.length).toBeGreaterThanOrEqual(name === 'killed' ? shown - 1 : shown - 210);
    }
  });

  it('is shown up to any place where it was cut', async () => {
    await runWaggle(['run', '--record', at('cut'), '-e', EVENTS, '--', calls, 'getpgid:50']);
    const whole = readFileSync(at('cut'));
    for (let size = whole.length - 1; size >= 0; size -= Math.ceil(whole.length / 7)) {
      truncateSync(at('cut'), size);
      const { code, stdout, stderr } = await runWaggle(['replay', at('cut'), '-o', 'json', '--columns', 'n']);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/: it was cut: /)]);
      if (stdout !== '') expect(Array.isArray(JSON.parse(stdout))).toBe(true);
    }
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'that is not there',
      ['replay', '/no/such/recording'],
      /^waggle: cannot read the recording \/no\/such\/recording: ENOENT/,
    ],
    ['that is a folder', ['replay', '/'], /^waggle: cannot read the recording \/: EISDIR/],
    ['that is something else', ['replay', '/etc/passwd'], /^waggle: not a stream of waggle at byte 0: /],
    [
      'on a full disk',
      ['run', '--record', '/dev/full', '-e', 'BEGIN { printf("x\\n"); exit(); }'],
      /^waggle: cannot write the recording \/dev\/full: ENOSPC/,
    ],
    [
      'where none can be',
      ['run', '--record', '/no/such/folder/file', '-e', 'BEGIN { exit(); }'],
      /^waggle: cannot write the recording .*: ENOENT/,
    ],
  ])('%s is told in a line', async (_name, args, message) => {
    const { code, stderr } = await runWaggle(args);
    expect(stderr).toMatch(message);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
  });

  it('is not touched by a command line with a mistake', async () => {
    writeFileSync(at('precious'), 'old');
    const mistaken = await runWaggle(['run', '--record', at('precious'), '-e', EVENTS, '--columns', 'no-such-column']);
    expect(mistaken.code).toBe(2);
    expect(readFileSync(at('precious'), 'utf8')).toBe('old');
    const broken = await runWaggle(['run', '--record', at('new'), '-e', 'BEGIN { nonsense }']);
    expect([broken.code, existsSync(at('new'))]).toEqual([1, false]);
  });
});
