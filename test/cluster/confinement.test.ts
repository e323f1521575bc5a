import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindRole } from './support/role-binding.ts';
import { trace } from './support/trace-object.ts';
import { useWaggle } from './support/use-waggle.ts';

const NAMESPACE = `confined-${process.pid}`;
const USER = 'ann';

const OPEN = 'tracepoint:syscalls:sys_enter_openat';

/** Scripts that would see more than their namespace, and the rule that each of them breaks. */
const ESCAPES: readonly (readonly [code: string, script: string])[] = [
  ['confined-kernel-memory', 'profile:hz:9 { print(*(uint64 *)0xffffffff81000000); }'],
  ['confined-kernel-pointer', `${OPEN} { print(curtask.real_parent.comm); }`],
  ['confined-kernel-address', `${OPEN} { print(kaddr("jiffies")); }`],
  ['confined-registers', 'rawtracepoint:sys_enter { print(reg("sp")); }'],
  ['confined-context', `${OPEN} { print(*(uint64 *)ctx); }`],
  ['confined-in-target', `${OPEN} /!in_target()/ { print(comm); }`],
  ['confined-no-task', 'interval:s:1 { print((comm, pid)); }'],
  ['confined-other-task', `${OPEN} { print((ppid, pcomm)); }`],
  ['confined-host-file', `${OPEN} { cat("/etc/shadow"); }`],
  ['confined-host-names', `${OPEN} { print(cgroup_path(1)); }`],
  ['confined-unsafe', `${OPEN} { system("id"); }`],
  ['confined-probe', 'watchpoint:0x1000:8:w { @ = count(); }'],
  ['confined-user-probe', 'uprobe:/bin/busybox:main { @ = count(); }'],
  ['confined-kernel-function', 'kprobe:vfs_read { @ = count(); }'],
  ['confined-iterator', 'iter:task { @ = count(); }'],
  ['confined-event', 'tracepoint:sched:sched_switch { print(args.next_comm); }'],
  ['confined-limit', `let @m = lruhash(100000000); ${OPEN} { @m[tid] = 1; }`],
  ['confined-loop', `${OPEN} { while (1) { @++; } }`],
  ['confined-rate', 'profile:hz:5000 { @ = count(); }'],
];

const waggle = useWaggle();
const { cluster } = waggle;

const asUser = (args: readonly string[], input?: string) =>
  cluster.kubectl([...args, '--namespace', NAMESPACE, '--as', USER], input);

/** What a user makes: only the escape itself is wrong with it. */
const attempt = ([code, script]: readonly [string, string]) =>
  trace(NAMESPACE, code, { program: { script, name: 'escape.bt' } });

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  await bindRole(cluster, { namespace: NAMESPACE, user: USER, role: 'waggle-tracer' });
}, 60_000);

afterAll(() => cluster.deleteNamespace(NAMESPACE), 60_000);

it('every escape breaks another rule', () => {
  expect(new Set(ESCAPES.map(([code]) => code)).size).toBe(ESCAPES.length);
});

describe('a script that would escape is refused when it is created', () => {
  it.each(ESCAPES)('%s: %s', async (code, script) => {
    const refused = expect(asUser(['create', '-f', '-'], JSON.stringify(attempt([code, script])))).rejects;
    await refused.toThrow(/admission webhook "traces\.waggle\.dev" denied the request: escape\.bt:1:\d+: error\[/);
    await refused.toThrow(`error[${code}]: `);
  });

  it('and when one that is allowed is changed into it', async () => {
    const harmless = trace(NAMESPACE, 'harmless', { program: { script: `${OPEN} { @ = count(); }` } });
    await asUser(['create', '-f', '-'], JSON.stringify(harmless));
    const script = `${OPEN} { print(curtask); }`;
    const change = [
      'patch',
      'trace',
      'harmless',
      '--type=merge',
      `--patch=${JSON.stringify({ spec: { program: { script } } })}`,
    ];
    await expect(asUser(change)).rejects.toThrow('error[confined-kernel-pointer]: ');
    await asUser(['delete', 'trace', 'harmless']);
  });
});

describe('where the webhook cannot be reached', () => {
  const service = (name: string) =>
    cluster.kubectl([
      ...['patch', 'validatingwebhookconfiguration', 'waggle', '--type=json'],
      `--patch=[{"op": "replace", "path": "/webhooks/0/clientConfig/service/name", "value": "${name}"}]`,
    ]);

  beforeAll(async () => {
    await service('nobody-serves-this');
  });
  afterAll(async () => {
    await service('waggle-gateway');
  });

  it('every node refuses each of them, with the same words', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: ESCAPES.map(attempt) };
    // The API server takes a moment to notice.
    await expect
      .poll(() => asUser(['apply', '-f', '-'], JSON.stringify(list)).catch((error: Error) => error.message), {
        timeout: 30_000,
      })
      .not.toContain('denied the request');
    await asUser(['wait', '--for=condition=Completed', 'traces', '--all', '--timeout=60s']);
    const { items } = JSON.parse(await asUser(['get', 'traces', '-o', 'json'])) as TraceList;
    expect(items.map(({ metadata }) => metadata.name)).toEqual(ESCAPES.map(([code]) => code).toSorted());
    for (const { metadata, status } of items) {
      expect(status.phase).toBe('Failed');
      expect(status.conditions.find(({ type }) => type === 'Accepted')).toMatchObject({
        status: 'False',
        reason: 'Refused',
        message: expect.stringContaining(`error[${metadata.name}]: `),
      });
      expect(status.nodes.map(({ name }) => name).toSorted()).toEqual(['node-a', 'node-b']);
      for (const { state, probes, seen, message } of status.nodes) {
        expect({ state, probes, seen }).toEqual({ state: 'Refused', probes: 0, seen: 0 });
        expect(message).toMatch(/^escape\.bt:1:\d+: error\[/);
        expect(message).toContain(`error[${metadata.name}]: `);
      }
    }
  });
});

interface TraceList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly phase: string;
      readonly conditions: readonly { readonly type: string }[];
      readonly nodes: readonly {
        readonly name: string;
        readonly state: string;
        readonly probes: number;
        readonly seen: number;
        readonly message: string;
      }[];
    };
  }[];
}
