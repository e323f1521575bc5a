import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CgroupTree, WORKLOADS_PATH } from '@waggle/identity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleProgram } from '../testing/bundle-program.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { Command } from './command.ts';

describe('Command', () => {
  const tree = new CgroupTree();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-command-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
    const left = tree.findId(WORKLOADS_PATH) === undefined ? [] : [...tree.paths(WORKLOADS_PATH)];
    expect(left.filter((path) => path.includes(`-${process.pid}-`))).toEqual([]);
  });

  it.each([
    [['sh', '-c', 'exit 7'], { exitCode: 7 }],
    [['true'], { exitCode: 0 }],
    [['sh', '-c', 'kill -TERM $$'], { exitCode: 143, signal: 'SIGTERM' }],
  ])('%j ends with %j', async (argv, end) => {
    const command = await Command.start(argv, tree);
    command.release();
    expect(await command.ended).toEqual(end);
    await command.close();
  });

  it('runs in its cgroup, under its own name, with its arguments as they are, once it is released', async () => {
    const file = join(folder, 'out');
    const script = 'cat /proc/self/cgroup > "$1"; echo "$0|$2|$3" >> "$1"';
    const command = await Command.start(['sh', '-c', script, 'a "b"', file, '$HOME *', ''], tree);
    expect(tree.pidsOf(command.cgroup.path)).toEqual([command.pid]);
    expect(tree.cgroupId(command.cgroup.path)).toBe(command.cgroup.id);
    expect(existsSync(file)).toBe(false);
    command.release();
    await command.ended;
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toContain(`0::${command.cgroup.path}`);
    expect(lines.at(-1)).toBe('a "b"|$HOME *|');
    await command.close();
    expect(tree.findId(command.cgroup.path)).toBeUndefined();
  });

  it('leaves nothing when it was never released', async () => {
    const command = await Command.start(['sh', '-c', `echo ran > ${join(folder, 'out')}`], tree);
    await command.close();
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('lets what the command left behind live, in another cgroup', async () => {
    const file = join(folder, 'pid');
    const command = await Command.start(['sh', '-c', `sleep 60 & echo $! > ${file}`], tree);
    command.release();
    await command.ended;
    const pid = Number(readFileSync(file, 'utf8'));
    expect(tree.pathOfPid(pid)).toBe(command.cgroup.path);
    await command.close();
    expect(tree.pathOfPid(pid)).toBe(tree.pathOfPid('self'));
    process.kill(pid, 'SIGKILL');
  });

  it('removes cgroups that the command made in its own', async () => {
    const inner = (path: string) => tree.folder(`${path}/a/b`);
    const command = await Command.start(['true'], tree);
    command.release();
    await command.ended;
    const made = spawn('mkdir', ['-p', inner(command.cgroup.path)]);
    await new Promise((resolve) => made.once('exit', resolve));
    expect(existsSync(inner(command.cgroup.path))).toBe(true);
    await command.close();
    expect(tree.findId(command.cgroup.path)).toBeUndefined();
  });

  it.each([
    [['waggle-no-such-command'], 'NOT_FOUND'],
    [['/etc/passwd'], 'NOT_EXECUTABLE'],
    [[], 'NOT_FOUND'],
  ])('%j: %s, before anything starts', async (argv, code) => {
    await expect(Command.start(argv, tree)).rejects.toMatchObject({ code });
  });

  it('leaves no cgroup behind when we are killed', async () => {
    const program = bundleProgram(new URL('../testing/hold-command.ts', import.meta.url), folder);
    const holder = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await new Promise<string>((resolve) => holder.stdout.once('data', (data) => resolve(String(data))));
    const { path, pid } = JSON.parse(line) as { path: string; pid: number };
    expect(tree.pathOfPid(pid)).toBe(path);
    holder.kill('SIGKILL');
    await waitUntil('the cgroup is gone', () => tree.findId(path) === undefined);
    expect(tree.pathOfPid(pid)).toBe(tree.pathOfPid('self'));
    process.kill(pid, 'SIGKILL');
  });
});
