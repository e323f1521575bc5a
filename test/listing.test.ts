import { readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { runWaggle } from './support/waggle-process.ts';

expectNothingLeft();
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GADGETS = readdirSync(`${ROOT}/packages/gadgets/catalogue`).sort();

describe('list gadgets', () => {
  it('lists the catalogue with a line of each', async () => {
    const { code, stdout, stderr } = await runWaggle(['list', 'gadgets']);
    const [header, ...lines] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^NAME +SUMMARY$/);
    expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual(GADGETS);
    for (const line of lines) expect(line.split(/ {2,}/)[1]).toMatch(/^[A-Z].{10,}[^.]$/);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('lists those that match a pattern, in every format', async () => {
    const json = await runWaggle(['list', 'gadgets', '*snoop', '-o', 'json']);
    expect((JSON.parse(json.stdout) as { name: string }[]).map(({ name }) => name)).toEqual(['execsnoop', 'opensnoop']);
    const csv = await runWaggle(['list', 'gadgets', 'syscount', '-o', 'csv']);
    expect(csv.stdout).toMatch(/^name,summary\r\nsyscount,.+\r\n$/);
  });

  it('lists their columns with -v', async () => {
    const { stdout } = await runWaggle(['list', 'gadgets', '-v', 'opensnoop']);
    expect(stdout).toMatch(/^opensnoop: .+\n {2}fd +\S.*\n {2}error +\S.*\n/);
    expect(stdout).toMatch(/^ {2}mode +.+ \(hidden\)$/m);
  });
});

describe('list probes', () => {
  it('lists what this kernel offers, by pattern or by a part of the name', async () => {
    const [pattern, part] = await Promise.all([
      runWaggle(['list', 'probes', 'tracepoint:syscalls:sys_enter_open*']),
      runWaggle(['list', 'probes', 'sys_enter_open']),
    ]);
    const names = pattern.stdout.trimEnd().split('\n');
    expect(names).toContain('tracepoint:syscalls:sys_enter_openat');
    expect(names.every((name) => name.startsWith('tracepoint:syscalls:sys_enter_open'))).toBe(true);
    expect(part.stdout).toBe(pattern.stdout);
    expect([pattern.code, pattern.stderr]).toEqual([0, '']);
  });

  it('lists probes of every kind that is here', async () => {
    const { stdout } = await runWaggle(['list', 'probes']);
    const names = new Set(stdout.split('\n'));
    const some = [
      'BEGIN',
      'END',
      'interval:s:1',
      'profile:hz:1',
      'software:page-faults',
      'iter:task',
      'rawtracepoint:sched_switch',
      'tracepoint:sched:sched_switch',
    ];
    for (const name of some) expect(names).toContain(name);
    expect(names.size).toBeGreaterThan(1000);
  });

  it('lists their arguments with -v, as the kernel declares them', async () => {
    const { stdout } = await runWaggle(['list', 'probes', '-v', 'tracepoint:syscalls:sys_enter_openat']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('tracepoint:syscalls:sys_enter_openat');
    expect(lines.slice(1)).toEqual(
      expect.arrayContaining(['    int dfd', '    const char *filename', '    int flags', '    umode_t mode']),
    );
    const iterator = await runWaggle(['list', 'probes', '-v', 'iter:task_file']);
    expect(iterator.stdout).toContain('    struct file *file\n');
    const raw = await runWaggle(['list', 'probes', '-v', 'rawtracepoint:sched_switch']);
    expect(raw.stdout).toContain('    struct task_struct *prev\n');
  });

  it('says where nothing matches, with the nearest name', async () => {
    const { code, stdout, stderr } = await runWaggle(['list', 'probes', 'tracepoint:sched:sched_swich']);
    expect(stderr).toBe(
      'waggle: no probe matches "tracepoint:sched:sched_swich" (did you mean "tracepoint:sched:sched_switch"?)\n',
    );
    expect([code, stdout]).toEqual([1, '']);
  });

  it('offers only what a script can attach to', async () => {
    const { stdout } = await runWaggle(['list', 'probes', 'rawtracepoint:sched_*']);
    const script = stdout
      .trimEnd()
      .split('\n')
      .map((name) => `${name} { @ = count(); }`)
      .join('\n');
    expect(await runWaggle(['check', '-'], { input: script })).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('dump', () => {
  const SCRIPT = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); printf("%d\\n", args.dfd); }';

  it('shows maps, records, intermediate code and bytecode', async () => {
    const { code, stdout, stderr } = await runWaggle(['dump', '-e', SCRIPT]);
    expect(stdout).toMatch(/^## maps\n/);
    expect(stdout).toMatch(/ {2}@opens\[string\[16\]\]: count\(\)\n/);
    expect(stdout).toMatch(/\n## records\n\n0 {2}printf /);
    expect(stdout).toContain('\n## tracepoint:syscalls:sys_enter_openat (tracepoint)\n');
    expect(stdout).toMatch(/\nb0:\n/);
    expect(stdout).toMatch(/r0 = 0.*\n.*exit/);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('shows just one of them', async () => {
    const ir = await runWaggle(['dump', '--ir', '-e', SCRIPT]);
    expect(ir.stdout).toMatch(/\nb0:\n/);
    expect(ir.stdout).not.toContain('## maps');
    expect(ir.stdout).not.toMatch(/^ *\d+: /m);
    const assembly = await runWaggle(['dump', '--asm', '-e', SCRIPT]);
    expect(assembly.stdout).not.toMatch(/\nb0:\n/);
    expect(assembly.stdout).toContain('exit');
  });

  it.each(GADGETS)('shows the gadget %s', async (gadget) => {
    const { code, stdout, stderr } = await runWaggle(['dump', gadget]);
    expect(stdout).toContain('## maps');
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('version', () => {
  const { version } = JSON.parse(readFileSync(`${ROOT}/packages/cli/package.json`, 'utf8')) as { version: string };

  it('is told with what matters in a report', async () => {
    expect((await runWaggle(['version'])).stdout).toBe(
      `waggle ${version}, Node.js ${process.versions.node}, Linux ${release()} ${process.arch}\n`,
    );
    expect(JSON.parse((await runWaggle(['version', '-o', 'json'])).stdout)).toMatchObject({
      version,
      kernel: release(),
    });
    expect(await runWaggle(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});
