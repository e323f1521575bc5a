import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBinary, findLibrary } from './find-binary.ts';
import { KernelSymbols } from './kernel-symbols.ts';
import { ProcessSymbols } from './process-symbols.ts';
import { listSymbols, resolveSymbol } from './resolve-symbol.ts';
import { UserSymbols } from './user-symbols.ts';

test('this kernel’s symbols', () => {
  const symbols = KernelSymbols.open();
  const start = symbols.address('do_exit')!;
  expect(symbols.lookup(start + 3n)).toEqual({ name: 'do_exit', offset: 3, module: undefined });
  expect(symbols.count).toBeGreaterThan(10_000);
});

describe('binaries by name', () => {
  test.each(['libc', 'c', 'libc.so.6', 'libc.so'])('library %s', (name) => {
    expect(findLibrary(name)).toMatch(/\/libc[.-].*so/);
  });

  test('a program on PATH, a path, and neither', () => {
    expect(findBinary('sh')).toMatch(/\/sh$/);
    expect(findBinary('/opt/x', '/proc/1/root')).toBe('/proc/1/root/opt/x');
    expect(() => findBinary('no-such-thing')).toThrow(expect.objectContaining({ code: 'NO_SUCH_FILE' }));
  });

  test('another root has libraries of its own', () => {
    expect(findLibrary('c', `/proc/${process.pid}/root`)).toMatch(/^\/proc\/\d+\/root\/.*libc/);
    expect(findLibrary('c', '/proc')).toBeUndefined();
  });
});

describe('symbols of a file', () => {
  const libc = findLibrary('libc')!;

  test('one by name, and many by pattern', () => {
    const getppid = resolveSymbol(libc, 'getppid');
    expect(getppid.fileOffset).toBeGreaterThan(0);
    expect(listSymbols(libc, 'getpp*')).toContainEqual(getppid);
    expect(listSymbols(libc, 'getpp*').every(({ name }) => name.startsWith('getpp'))).toBe(true);
  });

  test.each([
    [libc, 'no_such_symbol', 'NO_SUCH_SYMBOL'],
    ['/no/such/file', 'main', 'NO_SUCH_FILE'],
    ['/etc/passwd', 'main', 'BAD_FILE'],
  ])('%s %s', (path, symbol, code) => {
    expect(() => resolveSymbol(path, symbol)).toThrow(expect.objectContaining({ name: 'SymbolError', code, path }));
  });

  test('are read once, whatever the path', () => {
    const files = new UserSymbols();
    const first = files.file(libc);
    expect(first!.find('getppid')!.type).toBe('function');
    expect(files.file(`/proc/self/root${libc}`)).toBe(first);
    expect(files.file('/etc/passwd')).toBeUndefined();
    expect(files.fileCount).toBe(1);
  });
});

describe('symbols of a process', () => {
  const folder = mkdtempSync(`${tmpdir()}/waggle-symbols-`);
  const program = `${folder}/wait`;
  let pid = 0;
  let stop = (): void => undefined;

  beforeAll(async () => {
    const source =
      '#include <stdio.h>\nint here(void) { return 7; }\nint main(void) { printf("%p\\n", here); fflush(stdout); getchar(); return here(); }\n';
    writeFileSync(`${folder}/wait.c`, source);
    expect(spawnSync('gcc', ['-pie', '-o', program, `${folder}/wait.c`]).status).toBe(0);
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    stop = () => void child.kill('SIGKILL');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    here = BigInt(line.toString().trim());
    pid = child.pid!;
  });
  let here = 0n;

  afterAll(() => {
    stop();
    rmSync(folder, { recursive: true });
    rmSync(`/tmp/perf-${pid}.map`, { force: true });
  });

  test('are found through its memory map, also when its file is gone', () => {
    rmSync(program);
    const symbols = new ProcessSymbols(pid, new UserSymbols());
    expect(symbols.lookup(here + 2n)).toEqual({ name: 'here', offset: 2, module: `${program} (deleted)` });
    expect(symbols.lookup(8n)).toBeUndefined();
  });

  test('of a just-in-time compiler come from its perf map, as it grows', () => {
    const symbols = new ProcessSymbols(pid, new UserSymbols());
    expect(symbols.lookup(0x1005n)).toBeUndefined();
    writeFileSync(`/tmp/perf-${pid}.map`, '1000 10 bee\n');
    expect(symbols.lookup(0x1005n)).toEqual({ name: 'bee', offset: 5, module: `/tmp/perf-${pid}.map` });
    expect(symbols.lookup(0x2005n)).toBeUndefined();
    writeFileSync(`/tmp/perf-${pid}.map`, '1000 10 bee\n2000 10 wasp\n');
    expect(symbols.lookup(0x2005n)?.name).toBe('wasp');
  });

  test('stay known when it is gone', async () => {
    const symbols = new ProcessSymbols(pid, new UserSymbols());
    expect(symbols.lookup(here)?.name).toBe('here');
    stop();
    await expect.poll(() => existsSync(`/proc/${pid}/exe`)).toBe(false);
    symbols.refresh();
    expect(symbols.lookup(here)?.name).toBe('here');
    expect(new ProcessSymbols(pid, new UserSymbols()).lookup(here)).toBeUndefined();
  });
});
