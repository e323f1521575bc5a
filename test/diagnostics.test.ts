import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runWaggle } from './support/waggle-process.ts';

expectNothingLeft();
const folder = temporaryFolder();

/** Each mistake's place is marked with a line of its own below it, as the diagnostics mark it. */
const FIVE_MISTAKES = `tracepoint:syscalls:sys_enter_opnat { @opens = count(); }

tracepoint:syscalls:sys_enter_openat
{
  printf("%s %d\\n", str(args.filenam), pid);
  @bytes = suum(args.mode);
  @names[comm] = 1;
  @names = count();
  print($path);
}
`;

const EXPECTED = [
  {
    place: '1:21',
    code: 'unknown-probe',
    excerpt: [
      '  1 | tracepoint:syscalls:sys_enter_opnat { @opens = count(); }',
      '    |                     ^~~~~~~~~~~~~~~',
    ],
  },
  {
    place: '5:30',
    code: 'unknown-field',
    excerpt: ['  5 |   printf("%s %d\\n", str(args.filenam), pid);', '    |                              ^~~~~~~'],
  },
  { place: '6:12', code: 'unknown-function', excerpt: ['  6 |   @bytes = suum(args.mode);', '    |            ^~~~'] },
  { place: '8:3', code: 'map-key-mismatch', excerpt: ['  8 |   @names = count();', '    |   ^~~~~~'] },
  { place: '9:9', code: 'undefined-variable', excerpt: ['  9 |   print($path);', '    |         ^~~~~'] },
];

describe('a script with five mistakes', () => {
  const file = `${folder}/five.bt`;
  writeFileSync(file, FIVE_MISTAKES);

  it.each(['check', 'run'])('gives five diagnostics with carets in one %s', async (command) => {
    const { code, stdout, stderr } = await runWaggle([command, file]);
    const heads = [...stderr.matchAll(/^(.*?):(\d+:\d+): (error|warning)\[([\w-]+)\]: .+$/gm)];
    expect(heads.map(([, path, place, severity]) => [path, place, severity])).toEqual(
      EXPECTED.map(({ place }) => [file, place, 'error']),
    );
    expect(heads.map(([, , , , name]) => name)).toEqual(EXPECTED.map(({ code: name }) => name));
    for (const { excerpt } of EXPECTED) expect(stderr).toContain(`\n${excerpt.join('\n')}\n`);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('hints at what was meant', async () => {
    const { stderr } = await runWaggle(['check', file]);
    const hints = stderr.split('\n').filter((line) => line.startsWith('hint: '));
    for (const [index, word] of ['sys_enter_openat', 'filename', 'sum'].entries()) expect(hints[index]).toContain(word);
  });

  it('is counted by check', async () => {
    const { stderr } = await runWaggle(['check', file]);
    expect(stderr).toMatch(/\n5 errors\n$/);
  });
});

describe('check', () => {
  it.each<[string, string[]]>([
    ['a gadget', ['opensnoop']],
    ['a script', ['-e', 'BEGIN { printf("%d\\n", $1); }', '5']],
  ])('is content with %s', async (_, args) => {
    expect(await runWaggle(['check', ...args])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('reads a script from standard input', async () => {
    const { code, stderr } = await runWaggle(['check', '-'], { input: 'BEGIN { exit( }' });
    expect(stderr).toMatch(/^stdin:1:15: error\[syntax\]: .*\n {2}1 \| BEGIN \{ exit\( \}\n {4}\| {15}\^\n/);
    expect(stderr).toMatch(/\n1 error\n$/);
    expect(code).toBe(1);
  });

  it('colours only where it is wanted, and never obeys what a script says to the terminal', async () => {
    const script = 'BEGIN { "\u001b]0;title\u0007" + nonsense }';
    const plain = await runWaggle(['check', '-e', script]);
    expect(plain.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    const forced = await runWaggle(['check', '-e', script], { env: { FORCE_COLOR: '1' } });
    expect(forced.stderr).toContain('\u001b[');
    expect(forced.stderr.replace(/\u001b\[[\d;]*m/g, '')).toBe(plain.stderr);
    const never = await runWaggle(['check', '-e', script], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    expect(never.stderr).toBe(plain.stderr);
  });

  it('never fails otherwise, whatever it is given', async () => {
    for (const input of [
      '',
      '\0\0\0',
      '}}}{{{',
      '@@@@@',
      '\ufeff"',
      `BEGIN { ${'('.repeat(20_000)} }`,
      'a'.repeat(100_000),
      '/* ',
    ]) {
      const { code, stderr } = await runWaggle(['check', '-'], { input });
      expect([0, 1]).toContain(code);
      expect(stderr).not.toContain('defect of waggle');
      expect(stderr === '').toBe(code === 0);
    }
  });
});
