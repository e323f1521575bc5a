import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import type { MapSnapshot, StackValue } from '@waggle/bpftrace/output';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Command } from '../command/command.ts';
import type { Sink } from '../sink.ts';
import { resolveTarget } from '../target/resolve-target.ts';
import { Collector } from '../testing/collector.ts';
import { facts, identities, prepare, traceCommand } from '../testing/trace-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'waggle-functions-'));
const file = join(folder, 'waggle-read-me');
writeFileSync(file, 'twelve bytes');

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
});

/** Traces `cat` of a file of 12 bytes, and gives its maps at the end. */
async function readFile(script: string, ...more: string[]): Promise<ReadonlyMap<string, MapSnapshot>> {
  const { sink, end } = await traceCommand(script, ['cat', file, ...more]);
  expect(end).toMatchObject({ reason: 'target-gone' });
  return sink.finalMaps;
}

/** Keys and values as a script prints them. */
function entriesOf(maps: ReadonlyMap<string, MapSnapshot>, name: string): unknown[][] {
  return maps.get(name)!.entries.map(({ key, value }) => [key, (value as { total?: unknown }).total ?? value]);
}

function keysOf(maps: ReadonlyMap<string, MapSnapshot>, name: string): unknown[] {
  return entriesOf(maps, name).map(([key]) => key);
}

/** `func` is an address until it is shown. */
function symbolOf(address: unknown): string | undefined {
  return facts.kernelSymbols!.lookup(address as bigint)?.name;
}

describe('kprobes', () => {
  it('have arguments, and their members by a cast', async () => {
    const maps = await readFile(`
      kprobe:do_sys_openat2 { @path[str(uptr(arg1))] = count(); }
      kprobe:vfs_read { @name[str(((struct file *)arg0).f_path.dentry.d_name.name)] = max(arg2); }`);
    expect(entriesOf(maps, '@path')).toContainEqual([file, 1n]);
    expect(keysOf(maps, '@name')).toContain('waggle-read-me');
  });

  it('know the results of functions at their return', async () => {
    const maps = await readFile('kretprobe:do_sys_openat2 { @[(int64)retval] = count(); }', '/no/such/file');
    const keys = keysOf(maps, '@');
    expect(keys).toContain(-2n);
    expect(keys).toContain(3n);
  });

  it('measure what lies between entry and return', async () => {
    const maps = await readFile(`
      kprobe:vfs_read { @start[tid] = nsecs; @reads = count(); }
      kretprobe:vfs_read /@start[tid]/ { @ns = stats(nsecs - @start[tid]); delete(@start, tid); }`);
    const [[, reads]] = entriesOf(maps, '@reads') as [[unknown, bigint]];
    const value = maps.get('@ns')!.entries[0]!.value as { readonly count: bigint; readonly total: bigint };
    expect(value.count).toBe(reads);
    expect(value.total).toBeGreaterThan(0n);
    expect(maps.get('@start')!.entries).toEqual([]);
  });

  it('name their function and themselves, one program for many functions', async () => {
    const maps = await readFile(`
      kprobe:vfs_rea* { @by[func] = count(); }
      kretprobe:vfs_read { @back[func, probe] = count(); }`);
    expect(keysOf(maps, '@by').map(symbolOf)).toContain('vfs_read');
    const [[func, probe]] = keysOf(maps, '@back') as [[bigint, string]];
    expect([symbolOf(func), probe]).toEqual(['vfs_read', 'kretprobe:vfs_read']);
  });

  it('stand behind the entry as well', async () => {
    // The instruction behind the call that ftrace has at each entry, and the one that marks jump targets in front of it.
    const offset = (await isPossible('kprobe:vfs_read+5')) ? 5 : 9;
    const maps = await readFile(`
      kprobe:vfs_read { @entry = count(); }
      kprobe:vfs_read+${offset} { @behind = count(); }`);
    expect(entriesOf(maps, '@behind')).toEqual(entriesOf(maps, '@entry'));
  });

  it('see nobody else', async () => {
    const maps = await readFile('kprobe:vfs_read { @[comm] = count(); }');
    expect(keysOf(maps, '@')).toEqual(['cat']);
  });
});

describe('fentry and fexit', () => {
  it('have typed arguments, followed through pointers', async () => {
    const maps = await readFile(`
      fentry:do_sys_openat2 { @path[str(uptr(args.filename))] = count(); }
      fentry:vfs_read { @name[str(args.file.f_path.dentry.d_name.name)] = count(); @inode[args.file.f_inode.i_size] = count(); }`);
    expect(entriesOf(maps, '@path')).toContainEqual([file, 1n]);
    expect(keysOf(maps, '@name')).toContain('waggle-read-me');
    expect(keysOf(maps, '@inode')).toContain(12n);
  });

  it('have the result beside the arguments', async () => {
    const maps = await readFile(
      `fexit:vfs_read { @[str(args.file.f_path.dentry.d_name.name), retval] = count(); }
       fexit:do_sys_openat2 /retval < 0/ { @errors[str(uptr(args.filename)), retval] = count(); }`,
      '/no/such/file',
    );
    const read = keysOf(maps, '@');
    expect(read).toContainEqual(['waggle-read-me', 12n]);
    expect(read).toContainEqual(['waggle-read-me', 0n]);
    expect(keysOf(maps, '@errors')).toContainEqual(['/no/such/file', -2n]);
  });

  it('count what kprobes count', async () => {
    const maps = await readFile(`
      kprobe:vfs_read { @kprobe = count(); } kretprobe:vfs_read { @kretprobe = count(); }
      fentry:vfs_read { @fentry = count(); } fexit:vfs_read { @fexit = count(); }`);
    const [first, ...others] = ['@kprobe', '@kretprobe', '@fentry', '@fexit'].map((name) => entriesOf(maps, name));
    expect(others).toEqual([first, first, first]);
  });

  it('name their function', async () => {
    const maps = await readFile('fentry:vfs_read, fexit:vfs_read { @[func, probe] = count(); }');
    const keys = keysOf(maps, '@') as [bigint, string][];
    expect(keys.map(([func, probe]) => `${symbolOf(func)} ${probe}`).sort()).toEqual([
      'vfs_read fentry:vmlinux:vfs_read',
      'vfs_read fexit:vmlinux:vfs_read',
    ]);
  });

  it.each(['fentry:tcp_v4_*', 'fexit:tcp_v4_init*', 'kprobe:tcp_v4_*'])(
    'of %s pass the verifier and attach',
    async (probe) => {
      const { sink, end } = await traceCommand(`${probe} { @[func] = count(); }`, ['cat', file]);
      expect(end).toMatchObject({ reason: 'target-gone' });
      expect(sink.info!.probes).toBeGreaterThan(0);
    },
  );
});

describe('kernel stacks', () => {
  it.each(['kprobe', 'fentry', 'fexit'])('of %s lead to the function and its caller', async (kind) => {
    const names = await stackNames(`${kind}:vfs_read { @[kstack] = count(); }`);
    expect(names.some((stack) => stack.includes('vfs_read') && stack.includes('ksys_read'))).toBe(true);
  });

  it('of kretprobes lead to the caller', async () => {
    const names = await stackNames('kretprobe:vfs_read { @[kstack] = count(); }');
    expect(names.some((stack) => stack.includes('ksys_read'))).toBe(true);
  });
});

/** The functions of each stack that the map `@` has as keys. */
async function stackNames(script: string): Promise<(string | undefined)[][]> {
  const command = await Command.start(['cat', file], identities.tree);
  const target = await resolveTarget({ cgroups: [command.cgroup.path] }, identities);
  const stacks: (string | undefined)[][] = [];
  const sink: Sink = {
    event() {},
    action() {},
    maps([map], { scene: { render } }) {
      const { key, entries } = map!;
      if (key?.kind !== 'kstack') throw new Error(`a key of type ${key?.kind}`);
      for (const entry of entries) {
        const frames = render.stack(key, (entry.key as StackValue).id)!;
        stacks.push(frames.map((address) => render.kernelSymbol(address)?.name));
      }
    },
  };
  const running = await prepare(script, { target }).start(sink, { command });
  expect(await running.done).toMatchObject({ reason: 'target-gone' });
  await command.close();
  return stacks;
}

/** Whether the kernel takes a probe there: between two instructions it does not. */
async function isPossible(probe: string): Promise<boolean> {
  try {
    const running = await prepare(`${probe} { @ = 1; }`).start(new Collector());
    await running.stop();
    return true;
  } catch {
    return false;
  }
}
