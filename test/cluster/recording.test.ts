import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { useWaggle } from './support/use-waggle.ts';
import { go, podsReady, workloadPod } from './support/workload-pod.ts';

const NAMESPACE = `recorded-${process.pid}`;
const FORMATS = ['columns', 'json', 'jsonl', 'yaml', 'csv'];

/** Never stops: whenever a trace comes, there is something to see. */
const BUSY = 'while :; do cat /etc/passwd /nowhere >/dev/null 2>&1; sleep 0.2; done';

const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  events: ['opensnoop', '--columns', '+labels,+workload'],
  'a table': ['syscount', '--sort', '-calls'],
  'texts and maps': [
    '-e',
    `tracepoint:syscalls:sys_enter_openat { printf("%s %s %s\\n", node, pod, str(args.filename)); @[label("app"), comm] = count(); @length = hist(strlen(str(args.filename))) }`,
  ],
};

const folder = temporaryFolder();
const waggle = useWaggle();
const { cluster } = waggle;

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  const pods = ['node-a', 'node-b'].map((node) => ({ namespace: NAMESPACE, name: `busy-${node}`, node }));
  await cluster.apply(...pods.map((pod) => workloadPod({ ...pod, labels: { app: pod.name }, script: BUSY })));
  await podsReady(cluster, NAMESPACE);
  await go(cluster, NAMESPACE, ...pods.map(({ name }) => name));
}, 180_000);

afterAll(() => cluster.deleteNamespace(NAMESPACE), 60_000);

describe.each(Object.entries(PROGRAMS))('a recording of %s', (name, words) => {
  it.each(FORMATS)('shows as %s what the run itself showed', { timeout: 90_000 }, async (format) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.${format}${format === 'json' ? '.gz' : ''}`);
    const live = await waggle.run([
      ...['run', ...words, '-n', NAMESPACE, '-o', format, '--timeout', '2s', '--record', file],
    ]);
    expect(live).toMatchObject({ code: 0, stderr: expect.stringMatching(/ 0 (map updates )?lost\n/) });
    const options = name === 'texts and maps' ? [] : words.slice(1);
    const again = await waggle.run(['replay', file, '-o', format, ...options]);
    // The books too, and what csv has no rows for.
    expect(again).toEqual(live);
    expect((live.stdout + live.stderr).length).toBeGreaterThan(200);
  });
});
