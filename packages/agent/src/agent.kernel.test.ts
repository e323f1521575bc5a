import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import type { NodeStatus, TraceSpec, TraceStatus } from '@waggle/kube';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Agent } from './agent.ts';
import { Log } from './log.ts';
import { type AgentOptions, parseAgentOptions } from './options/agent-options.ts';
import { PodOnThisMachine } from './testing/pod-on-this-machine.ts';
import { SmallApiServer } from './testing/small-api-server.ts';

const NODE = 'node-under-test';
const FILE = '/etc/hostname';
/** A probe that sends exactly one record for each `cat`. */
const OPENS = `tracepoint:syscalls:sys_enter_openat /str(args.filename) == "${FILE}"/ { print((file = str(args.filename))); }`;
const WAIT = { timeout: 20_000, interval: 20 };

describe('Agent', () => {
  let folder: string;
  let pod: PodOnThisMachine;
  let other: PodOnThisMachine;
  let api: SmallApiServer;
  let agent: Agent;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-agent-'));
    pod = new PodOnThisMachine('shop', 'cart', NODE, { app: 'cart' });
    other = new PodOnThisMachine('bank', 'vault', NODE, { app: 'cart' });
  });
  afterAll(async () => {
    await pod[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
    await slowClosesDone();
    expect(openDescriptors()).toEqual([]);
  });

  beforeEach(async () => {
    api = await SmallApiServer.start();
    for (const { object } of [pod, other]) api.put('pods', object);
    agent = await startAgent();
  });
  afterEach(async () => {
    await agent.stop();
    await api[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
  });

  async function startAgent(): Promise<Agent> {
    const account = join(folder, 'account');
    mkdirSync(account, { recursive: true });
    const { server, tls } = api.local.connection;
    writeFileSync(join(account, 'ca.crt'), tls.ca as Buffer);
    writeFileSync(join(account, 'token'), 'token');
    vi.stubEnv('KUBERNETES_SERVICE_HOST', new URL(server).hostname);
    vi.stubEnv('KUBERNETES_SERVICE_PORT', new URL(server).port);
    const ports = ['--port', '0', '--health-port', '0', '--address', '127.0.0.1'];
    const places = ['--host-root', '/', '--service-account', account, '--cri-socket', 'none', '--tls-dir', folder];
    const options = parseAgentOptions(['--node', NODE, ...ports, ...places], {}) as AgentOptions;
    const started = new Agent(options, new Log('error', () => {}));
    await started.start();
    return started;
  }

  function putTrace(name: string, spec: Partial<TraceSpec>, annotations: Readonly<Record<string, string>> = {}): void {
    const whole = { program: { script: OPENS }, ...spec };
    api.put('traces', { metadata: { name, namespace: 'shop', annotations }, spec: whole });
  }

  function statusOf(name: string): TraceStatus {
    return (api.get('traces', name)?.status ?? {}) as TraceStatus;
  }

  function entryOf(name: string): NodeStatus | undefined {
    return statusOf(name).nodes?.[0];
  }

  async function becomes(name: string, state: NodeStatus['state']): Promise<void> {
    await expect.poll(() => entryOf(name)?.state, WAIT).toBe(state);
  }

  function openLinks(): number {
    return openDescriptors().filter((what) => what.includes('link')).length;
  }

  it('runs a trace of the pods of its namespace, and says how it goes', async () => {
    putTrace('t', { target: { selector: 'app=cart' } });
    await becomes('t', 'Running');
    await expect.poll(() => statusOf('t').phase, WAIT).toBe('Running');
    pod.open(FILE, 5);
    other.open(FILE, 7);
    await expect.poll(() => entryOf('t')?.seen, WAIT).toBe(5);
    putTrace('t', { target: { selector: 'app=cart' }, stopped: true });
    await becomes('t', 'Completed');
    expect(entryOf('t')).toMatchObject({ name: NODE, message: 'stopped', probes: 1, seen: 5, kept: 5, lost: 0 });
    await expect.poll(() => statusOf('t').phase, WAIT).toBe('Completed');
  });

  it('says what is wrong with a script', async () => {
    putTrace('t', { program: { script: 'BEGIN { $x = ; }' } });
    await becomes('t', 'Refused');
    expect(entryOf('t')?.message).toMatch(/^script:1:\d+: error\[/);
    await expect.poll(() => statusOf('t').conditions?.[0], WAIT).toMatchObject({ type: 'Accepted', status: 'False' });
    // Another script is another try.
    putTrace('t', {});
    await becomes('t', 'Running');
  });

  it('begins another run where another thing is to be traced, and not for its end', async () => {
    putTrace('t', {});
    await becomes('t', 'Running');
    const { run } = entryOf('t')!;
    putTrace('t', { timeoutSeconds: 600 });
    putTrace('t', { timeoutSeconds: 600, target: { pods: ['cart'] } });
    await expect.poll(() => entryOf('t')?.run, WAIT).not.toBe(run);
    await becomes('t', 'Running');
  });

  it('catches up after the server has forgotten what happened', async () => {
    putTrace('gone', {});
    putTrace('stays', {});
    await becomes('gone', 'Running');
    await becomes('stays', 'Running');
    const { run } = entryOf('stays')!;
    const links = openLinks();
    api.refusing = 503;
    api.hangUp();
    api.remove('traces', 'gone');
    putTrace('new', {});
    pod.open(FILE, 3);
    api.forget();
    api.refusing = undefined;
    await becomes('new', 'Running');
    await expect.poll(openLinks, WAIT).toBe(links);
    await expect.poll(() => entryOf('stays')?.seen, WAIT).toBe(3);
    expect(entryOf('stays')?.run).toBe(run);
  });

  it('writes its status until the server takes it', async () => {
    putTrace('t', {});
    await becomes('t', 'Running');
    api.refusing = 500;
    api.hangUp();
    const stopped = { ...api.get('traces', 't')! };
    api.put('traces', { ...stopped, spec: { program: { script: OPENS }, stopped: true } });
    setTimeout(() => {
      api.refusing = undefined;
    }, 300);
    await becomes('t', 'Completed');
  });

  it('deletes what nobody asks for any more, but not while nobody can be heard', async () => {
    putTrace('t', { heartbeatSeconds: 5 });
    await becomes('t', 'Running');
    let beats = 0;
    const beating = setInterval(
      () => putTrace('t', { heartbeatSeconds: 5 }, { 'waggle.dev/heartbeat': `${beats++}` }),
      500,
    );
    await new Promise((resolve) => setTimeout(resolve, 7000));
    expect(entryOf('t')?.state).toBe('Running');
    clearInterval(beating);
    await expect.poll(() => api.get('traces', 't'), WAIT).toBeUndefined();
  });

  it('lets go of everything when it ends, and begins anew where it was cut off', async () => {
    putTrace('t', {});
    putTrace('done', { stopped: true });
    await becomes('t', 'Running');
    await becomes('done', 'Completed');
    const [{ run }, done] = [entryOf('t')!, entryOf('done')!];
    await agent.stop();
    expect(entryOf('t')).toMatchObject({ state: 'Failed', message: 'the agent is stopping', run });
    await slowClosesDone();
    expect(openDescriptors()).toEqual([]);
    agent = await startAgent();
    await becomes('t', 'Running');
    expect(entryOf('t')?.run).not.toBe(run);
    expect(entryOf('done')).toEqual(done);
  });
});
