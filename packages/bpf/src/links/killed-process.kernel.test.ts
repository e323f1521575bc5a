import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { objectIds } from '../sys/bpf.ts';

/** What a child holds, as `holds-links.test-kit.ts` reports it. */
interface Held {
  readonly programs: readonly number[];
  readonly maps: readonly number[];
}

// Inside the repository, so that the bundle finds koffi.
const folder = fileURLToPath(new URL('../../../../node_modules/.cache/waggle-killed-process-test', import.meta.url));
const bundle = `${folder}/holds-links.mjs`;
let child: ChildProcess | undefined;

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  buildSync({
    entryPoints: [fileURLToPath(new URL('./holds-links.test-kit.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['koffi'],
    conditions: ['source'],
  });
  return () => rmSync(folder, { recursive: true });
});

afterEach(() => {
  child?.kill('SIGKILL');
});

async function startChild(): Promise<Held> {
  child = spawn(process.execPath, [bundle], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return JSON.parse(line.toString()) as Held;
}

test.each(['SIGKILL', 'SIGTERM'] as const)('a process that ends by %s leaves nothing in the kernel', async (signal) => {
  const { programs, maps } = await startChild();
  expect(programs.length).toBeGreaterThanOrEqual(6);
  expect([...objectIds('BPF_PROG_GET_NEXT_ID')]).toEqual(expect.arrayContaining([...programs]));
  expect([...objectIds('BPF_MAP_GET_NEXT_ID')]).toEqual(expect.arrayContaining([...maps]));
  child!.kill(signal);
  await once(child!, 'exit');
  // The kernel frees programs and maps a while after their last descriptor, on a worker of its own.
  await vi.waitFor(
    () => {
      expect([...objectIds('BPF_PROG_GET_NEXT_ID')].filter((id) => programs.includes(id))).toEqual([]);
      expect([...objectIds('BPF_MAP_GET_NEXT_ID')].filter((id) => maps.includes(id))).toEqual([]);
    },
    { timeout: 20_000, interval: 50 },
  );
});
