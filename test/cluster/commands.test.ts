import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useWaggle } from './support/use-waggle.ts';
import { go, podsReady, workloadPod } from './support/workload-pod.ts';

const NAMESPACE = `commands-${process.pid}`;
const POD = 'busy';
const TIMEOUT = { timeout: 90_000 };

const waggle = useWaggle();
const { cluster } = waggle;

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  const script = 'while :; do cat /etc/passwd >/dev/null; sleep 0.2; done';
  await cluster.apply(
    workloadPod({ namespace: NAMESPACE, name: POD, node: 'node-a', labels: { app: 'busy' }, script }),
  );
  await podsReady(cluster, NAMESPACE);
  await go(cluster, NAMESPACE, POD);
}, 180_000);

afterAll(() => cluster.deleteNamespace(NAMESPACE), 60_000);

const inNamespace = (...words: readonly string[]) => waggle.run([...words, '-n', NAMESPACE]);
const traces = async () => (await cluster.kubectl(['get', 'traces', '-n', NAMESPACE, '-o', 'name'])).trim();

describe('a trace that nobody watches', TIMEOUT, () => {
  it('is started, looked at, watched, stopped and deleted', async () => {
    const name = 'detached';
    const started = await inNamespace('run', 'opensnoop', 'pod/busy', '--detach', '--name', name);
    expect(started).toMatchObject({ code: 0, stdout: `trace.waggle.dev/${name} created\n` });

    const attached = waggle.start(['attach', name, '-n', NAMESPACE, '-o', 'jsonl']);
    await attached.shows('/etc/passwd');
    expect(await attached.interrupt()).toMatchObject({ code: 0 });
    expect(await traces()).toBe(`trace.waggle.dev/${name}`);

    const got = await inNamespace('get');
    expect(got.stdout).toMatch(/^NAME +GADGET +PHASE +AGE\ndetached +opensnoop +Running +\d/);
    expect((await inNamespace('get', name, '-o', 'json')).stdout).toContain('"kind": "Trace"');
    expect((await waggle.run(['get', '-A', '-o', 'name'])).stdout).toContain(`trace.waggle.dev/${name}\n`);
    const described = await inNamespace('describe', name);
    expect(described.stdout).toContain(`Target:      pods busy of namespace ${NAMESPACE}\n`);
    expect(described.stdout).toMatch(/\n {2}node-a +Running +8 /);

    const soFar = await inNamespace('logs', name, '-o', 'jsonl');
    expect(soFar).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/ {2}node-a {2}\d+ seen, \d+ kept, 0 lost so far\n/),
    });
    expect(soFar.stdout).toContain('"pod":"busy"');

    const followed = waggle.start(['logs', '-f', name, '-n', NAMESPACE, '-o', 'jsonl']);
    await followed.shows('/etc/passwd');
    expect(await inNamespace('stop', name)).toMatchObject({ code: 0, stdout: `trace.waggle.dev/${name} stopped\n` });
    expect(await followed.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('0 lost') });
    // What it has found stays.
    expect((await inNamespace('logs', name)).stdout).toContain('/etc/passwd');
    expect(await inNamespace('delete', name)).toMatchObject({ code: 0, stdout: `trace.waggle.dev/${name} deleted\n` });
    expect(await inNamespace('logs', name)).toMatchObject({
      code: 1,
      stderr: `waggle: traces.waggle.dev "${name}" not found\n`,
    });
  });

  it('is one of many that are deleted at once', async () => {
    for (const name of ['one', 'two']) await inNamespace('run', 'opensnoop', '--detach', '--name', name);
    const deleted = await inNamespace('delete', '--all');
    expect(deleted.stdout).toBe('trace.waggle.dev/one deleted\ntrace.waggle.dev/two deleted\n');
    expect(await inNamespace('get')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `No traces found in ${NAMESPACE} namespace.\n`,
    });
  });
});

describe('a trace that is watched', TIMEOUT, () => {
  const start = (...words: readonly string[]) => waggle.start(['run', 'opensnoop', '-n', NAMESPACE, '-v', ...words]);

  it.each<[string, (trace: ReturnType<typeof start>) => void, number]>([
    ['Ctrl-C', (trace) => trace.signal('SIGINT'), 0],
    ['SIGTERM', (trace) => trace.signal('SIGTERM'), 0],
    ['a reader that goes away', (trace) => trace.closeOutput(), 0],
  ])('ends with %s, and nothing of it stays', async (_, end, code) => {
    const trace = start();
    await trace.shows('/etc/passwd');
    end(trace);
    expect((await trace.ended).code).toBe(code);
    expect(await traces()).toBe('');
  });

  it('ends at once with a second Ctrl-C, and is deleted all the same', async () => {
    const trace = start();
    await trace.shows('/etc/passwd');
    trace.signal('SIGINT');
    trace.signal('SIGINT');
    const { code } = await trace.ended;
    expect([0, 130]).toContain(code); // The first may have been enough by then.
    expect(await traces()).toBe('');
  });

  it('ends with as many rows as were wanted, after a time, and with the code of exit()', async () => {
    expect(await start('--max-rows', '3', '-o', 'jsonl', '-q').ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^(.*\n){3}$/),
    });
    expect(await start('--timeout', '1s').ended).toMatchObject({ code: 0, stderr: expect.stringContaining('0 lost') });
    const exits = await inNamespace('run', '-e', 'BEGIN { exit(7) }');
    expect(exits.code).toBe(7);
    expect(await traces()).toBe('');
  });

  it('is deleted by its nodes, once whoever watches it is dead', { timeout: 120_000 }, async () => {
    const trace = start();
    await trace.shows('/etc/passwd');
    trace.signal('SIGKILL');
    await trace.ended;
    expect(await traces()).not.toBe('');
    let left = await traces();
    for (
      const deadline = performance.now() + 90_000;
      left !== '' && performance.now() < deadline;
      left = await traces()
    )
      await new Promise((resolve) => setTimeout(resolve, 500));
    expect(left).toBe('');
  });
});

describe('a mistake is told', TIMEOUT, () => {
  it.each<[string, string[], number, string | RegExp]>([
    [
      'in a script, before anything is made',
      ['run', '-e', 'BEGIN { 1 + }'],
      1,
      /^-e:1:13: error\[syntax\]: .*\n.*\n +\|? +.*\^/,
    ],
    ['of the rules', ['run', '-e', 'BEGIN { print(curtask) }'], 1, 'error[confined-kernel-pointer]'],
    ['of a program', ['run', 'opensnop'], 2, 'no gadget and no file called "opensnop" (did you mean "opensnoop"?)'],
    ['in a selector', ['run', 'opensnoop', '-l', 'a in (b'], 2, /--selector: .*\n {4}a in \(b\n {4} +\^\n/],
    ['of a workload', ['run', 'opensnoop', '--workload', 'cart'], 2, 'expected TYPE/NAME, such as deploy/cart'],
    ['of a column', ['run', 'opensnoop', '--columns', 'pth'], 2, 'unknown column "pth" (did you mean "path"?)'],
    ['about unsafe traces in a namespace', ['run', 'opensnoop', '--unsafe'], 2, 'only a ClusterTrace has this'],
    ['about commands', ['run', 'opensnoop', '--', 'ls'], 2, 'a command behind -- runs on this machine'],
    ['of a context', ['get', '--context', 'nowhere'], 1, 'there is no context "nowhere" in the kubeconfig'],
    ['of a server', ['get', '-s', 'https://127.0.0.1:1'], 1, 'connect ECONNREFUSED 127.0.0.1:1'],
    ['of a name', ['describe', 'nowhere'], 1, 'traces.waggle.dev "nowhere" not found'],
    [
      'of rights',
      ['run', 'opensnoop', '--as', 'jane'],
      1,
      'hint: "create" on traces is missing: a role binding in namespace',
    ],
    ['of rights to read', ['get', '--as', 'jane'], 1, 'ClusterRole waggle-viewer grants it'],
  ])('%s', async (_, words, code, text) => {
    const separator = words.indexOf('--');
    const args =
      separator < 0
        ? [...words, '-n', NAMESPACE]
        : [...words.slice(0, separator), '-n', NAMESPACE, ...words.slice(separator)];
    const outcome = await waggle.run(args);
    expect(outcome.stderr).toMatch(text);
    expect(outcome.code).toBe(code);
    expect(await traces()).toBe('');
  });

  it('of a kind that only a node knows, by each of them', async () => {
    const outcome = await waggle.run(['run', '-A', '-e', 'kprobe:there_is_no_such_function { @ = count() }']);
    expect(outcome.code).toBe(1);
    for (const node of ['node-a', 'node-b']) expect(outcome.stderr).toContain(`waggle: ${node}: failed: `);
  });
});

describe('completion', TIMEOUT, () => {
  it.each<[string[], string[]]>([
    [['run', 'opensnoop', '--pod', 'bu'], [POD]],
    [['run', 'opensnoop', '--pod', 'x,!bu'], [`x,!${POD}`]],
    [
      ['run', 'opensnoop', '--node', 'node-'],
      ['node-a', 'node-b'],
    ],
    [['get', '-o', 'wi'], ['wide']],
    [['describe', 'nothing-like-this'], []],
  ])('of %j', async (words, expected) => {
    const { stdout } = await waggle.run(['__complete', words[0]!, '-n', NAMESPACE, ...words.slice(1)]);
    expect(stdout.split('\n').filter(Boolean)).toEqual(expected);
  });
});
