import { compile } from '@waggle/bpftrace';
import { listGadgets } from '@waggle/gadgets';
import {
  CLUSTER_TRACES,
  inClusterConnection,
  KubeClient,
  type ResourceType,
  type ResourceWatch,
  TRACES,
  type TraceKind,
  type TraceObject,
  watchResource,
} from '@waggle/kube';
import { MachineFacts, type NodeIdentity, openNodeIdentity } from '@waggle/trace';
import type { Log } from './log.ts';
import { MemoryTrim } from './memory-trim.ts';
import type { AgentOptions } from './options/agent-options.ts';
import { warmUp } from './runs/prepare-plan.ts';
import { rememberCompiled } from './runs/remember-compiled.ts';
import { TraceController } from './runs/trace-controller.ts';
import { HealthServer } from './servers/health-server.ts';
import { StreamServer } from './servers/stream-server.ts';

/** After the last start of a trace. */
const TRIM_DELAY_MS = 15_000;

/** waggle on one node. Everything that it has in the kernel goes with it, however it ends. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #log: Log;
  readonly #waitingFor = new Set(['identity', 'traces', 'clustertraces']);
  readonly #watches: ResourceWatch<TraceObject>[] = [];
  readonly #facts = new MachineFacts();
  readonly #trim = new MemoryTrim(TRIM_DELAY_MS, () => this.#facts.release());
  #client: KubeClient | undefined;
  #identity: NodeIdentity | undefined;
  #controller: TraceController | undefined;
  #streams: StreamServer | undefined;
  #health: HealthServer | undefined;

  constructor(options: AgentOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  /** What `/readyz` still waits for. */
  waitingFor(): readonly string[] {
    const waiting = [...this.#waitingFor];
    if (this.#identity?.podsSynced !== true) waiting.push('pods');
    if (this.#streams?.isListening !== true) waiting.push('stream server');
    return waiting;
  }

  /** @throws what stands against its start */
  async start(): Promise<void> {
    const { node, address, port, healthPort, serviceAccountFolder, tlsFolder, limits } = this.#options;
    const log = this.#log;
    this.#health = await HealthServer.start(this, healthPort, address);
    const connection = inClusterConnection(serviceAccountFolder === undefined ? {} : { folder: serviceAccountFolder });
    const client = new KubeClient(connection, { userAgent: 'waggle-agent' });
    this.#client = client;
    const facts = this.#facts;
    const identity = await this.#openIdentity(facts, client);
    this.#waitingFor.delete('identity');
    const onStart = () => this.#trim.postpone();
    const onDefect = (error: unknown) => log.error('defect', { error, stack: (error as { stack?: unknown }).stack });
    const compileGadget = rememberCompiled(compile, listGadgets().length * 2);
    const context = { node, facts, identity, limits, compileGadget, onStart, onDefect };
    warmUp(context);
    this.#trim.postpone();
    this.#controller = new TraceController({ context, client, log });
    this.#watch(client, TRACES, 'Trace', this.#controller);
    this.#watch(client, CLUSTER_TRACES, 'ClusterTrace', this.#controller);
    this.#streams = new StreamServer({ traces: this.#controller, tlsFolder, port, address, log });
    log.info('started', { node, server: connection.server, pid: process.pid });
  }

  /** Detaches everything, says so, and lets readers have what there is. */
  async stop(): Promise<void> {
    this.#log.info('stopping');
    this.#trim[Symbol.dispose]();
    for (const watch of this.#watches) watch.close();
    await this.#controller?.close();
    await this.#streams?.[Symbol.asyncDispose]();
    await this.#identity?.close();
    await this.#health?.[Symbol.asyncDispose]();
    this.#client?.close();
    this.#log.info('stopped');
  }

  async #openIdentity(facts: MachineFacts, kube: KubeClient): Promise<NodeIdentity> {
    const { node, hostRoot, criSocket } = this.#options;
    const identity = await openNodeIdentity({
      node,
      hostRoot,
      kube,
      facts,
      ...(criSocket !== undefined && { criSocket }),
      onProblem: ({ source, message, cause }) => this.#log.warn('identity', { source, problem: message, error: cause }),
    });
    this.#identity = identity;
    return identity;
  }

  #watch(client: KubeClient, type: ResourceType, kind: TraceKind, controller: TraceController): void {
    const log = this.#log;
    const watch = watchResource<TraceObject>(client, type, {
      listener: {
        added: (object) => controller.put(kind, object),
        changed: (object) => controller.put(kind, object),
        removed: (object) => controller.remove(object),
        synced: () => this.#waitingFor.delete(type.plural),
        connected: () => {
          log.debug('watching', { resource: type.plural });
          if (this.#watches.every(({ isConnected }) => isConnected)) controller.hear();
        },
        failed: (error, retryInMs) => {
          log.warn('watch failed', { resource: type.plural, error, retryInMs });
          controller.deafen();
        },
      },
    });
    this.#watches.push(watch);
  }
}
