import { describe, expect, it } from 'vitest';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { runWaggle } from './support/waggle-process.ts';

expectNothingLeft();

const ROWS = 'BEGIN { print((name = "a", value = 1)); exit() }';
const CARET_FILTER = 'value == 1 &&& name == "a"';

/** Command line, and the whole of what it gives on standard error. */
const MISTAKES: readonly (readonly [readonly string[], string | RegExp])[] = [
  [['rnu'], /unknown command 'rnu'\n\(Did you mean run\?\)\n/],
  [['list', 'gadgts'], /unknown command 'gadgts'\n\(Did you mean gadgets\?\)\n/],
  [['run', '--tiemout', '5s', 'opensnoop'], /unknown option '--tiemout'\n\(Did you mean --timeout\?\)\n/],
  [['run', 'opensnop'], /^waggle: no gadget and no file called "opensnop" \(did you mean "opensnoop"\?\)\n/],
  [['run'], /^waggle: nothing to run/],
  [['check'], /^waggle: nothing to run/],
  [['run', '/'], /^waggle: cannot read \//],
  [['run', '-e', ROWS, '-o', 'xml'], /Allowed choices are columns, json, jsonl, yaml, csv/],
  [['run', '-e', ROWS, '--timeout', '5x'], /expected a time such as 500ms, 5s or 2m/],
  [['run', '-e', ROWS, '--interval', '0'], /expected a time such as/],
  [['run', '-e', ROWS, '--ring-size', '5000'], /expected a power of two from 4K to 1G/],
  [['run', '-e', ROWS, '--pid', 'one'], /expected a whole number/],
  [
    ['run', '-e', ROWS, '--columns', 'nmae'],
    'waggle: unknown column "nmae" (did you mean "name"?); there are: time, container, pid, tid, comm, name, value\n',
  ],
  [
    ['run', '-e', ROWS, '--columns', 'name,+pid'],
    /^waggle: --columns name,\+pid: either list columns, or add .* not both\n$/,
  ],
  [['run', '-e', ROWS, '--sort', '-size'], /^waggle: unknown column "size"/],
  [['run', '-e', ROWS, '--filter', 'nmae == "a"'], /^waggle: unknown column "nmae" \(did you mean "name"\?\)/],
  [
    ['run', '-e', ROWS, '--filter', CARET_FILTER],
    `waggle: --filter: unexpected character\n  ${CARET_FILTER}\n               ^\n`,
  ],
  [
    ['run', '-e', ROWS, '--filter', 'value =='],
    'waggle: --filter: expected a column or a value here\n  value ==\n          ^\n',
  ],
  [
    ['run', '-e', ROWS, '--filter', 'name ~ "("'],
    /^waggle: --filter: .*regular expression.*\n {2}name ~ "\("\n {9}\^\n$/i,
  ],
  [['completion', 'csh'], 'waggle: no completion for "csh"; there is: bash, zsh, fish\n'],
];

describe('a mistake on the command line', () => {
  it.each(MISTAKES)('%j is told, with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await runWaggle(args);
    if (typeof message === 'string') expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('shows the commands where there is none, and help where it is asked for', async () => {
    const nothing = await runWaggle([]);
    expect(nothing.stderr).toContain('Commands:');
    expect(nothing.code).toBe(2);
    const help = await runWaggle(['run', '--help']);
    expect(help.stdout).toContain('waggle run opensnoop -- cat /etc/hostname');
    expect([help.code, help.stderr]).toEqual([0, '']);
  });
});

describe('an unknown probe', () => {
  it('is told with its nearest names, and exit code 1', async () => {
    const { code, stderr } = await runWaggle(['run', '-e', 'tracepoint:syscalls:sys_enter_opena { @ = count(); }']);
    expect(stderr).toMatch(/^-e:1:\d+: error\[unknown-probe\]: .*\n.*\n.*\nhint: did you mean .*sys_enter_openat/);
    expect(code).toBe(1);
  });
});
