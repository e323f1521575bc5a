import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '@waggle/kube';
import { FrontProxyWatch } from './authentication/front-proxy-watch.ts';
import { CaBundles } from './certificates/ca-bundles.ts';
import { CertificateStore, type Certificates } from './certificates/certificate-store.ts';
import type { Log } from './log.ts';
import type { GatewayOptions } from './options.ts';
import { GatewayServer, type Ports } from './server/gateway-server.ts';
import { AgentDialer } from './streams/agent-dialer.ts';
import { Agents } from './streams/agents.ts';
import { Traces } from './streams/traces.ts';
import { TraceChecker } from './webhook/trace-checker.ts';

/** How often the certificates are looked at; a random part more, so that replicas do not look at once. */
const RENEWAL_MS = 10 * 60_000;
const MAX_PAUSE_MS = 10_000;
/** Endpoints of services take a moment to learn that a pod is not ready any more. */
const LEAVE_MS = 1_000;

/** The whole gateway, from its certificates to its doors. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #log: Log;
  readonly #store: CertificateStore;
  readonly #agents: Agents;
  readonly #traces: Traces;
  readonly #frontProxy: FrontProxyWatch;
  readonly #checker: TraceChecker;
  readonly #draining = new AbortController();
  readonly #closing = new AbortController();
  readonly #client: KubeClient;
  #parts: Parts | undefined;
  #unready: string | undefined = 'starting';

  /** @param program whose `serveChecks` checks scripts in a thread of its own */
  constructor(client: KubeClient, options: GatewayOptions, log: Log, program: string | URL) {
    this.#client = client;
    this.#options = options;
    this.#log = log;
    const problem = (what: string) => (error: Error) => log.warn(`${what} failed`, { error });
    this.#store = new CertificateStore(client, options.namespace, ({ secret, why }) =>
      log.info('certificate written', { secret, why }),
    );
    this.#frontProxy = new FrontProxyWatch(client, problem('reading the front proxy'));
    this.#agents = new Agents(client, options.namespace, problem('the watch of agents'));
    this.#traces = new Traces(client, problem('the watch of traces'));
    this.#checker = new TraceChecker({ program, onProblem: (message) => log.warn(message) });
  }

  /** Resolves when it serves, and is ready. */
  async start(): Promise<Ports> {
    const certificates = await this.#certificates();
    const dialer = new AgentDialer(certificates);
    const server = new GatewayServer(this.#context(dialer), certificates.server);
    const ports = await server.listen(this.#options);
    const bundles = new CaBundles(this.#client, {
      authorities: async () => (await this.#renew()).authorities,
      onPatched: (name) => this.#log.info('caBundle written', { name }),
      onFailed: (name, error) => this.#log.warn('caBundle not written', { name, error }),
    });
    this.#parts = { dialer, server, bundles, certificates };
    await Promise.all([this.#frontProxy.synced, this.#agents.synced, this.#traces.synced]);
    this.#unready = undefined;
    void this.#renewAlways();
    this.#log.info('ready', { ...ports, agents: [...this.#agents.nodes()].length });
    return ports;
  }

  /** Cuts streams, so that readers take them up at another gateway, and lets requests end. */
  async stop(): Promise<void> {
    this.#unready = 'shutting down';
    this.#log.info('shutting down');
    this.#closing.abort();
    await sleep(LEAVE_MS);
    this.#draining.abort();
    await this.#parts?.server.close(this.#options.graceMs);
    this.#parts?.bundles.close();
    for (const part of [this.#frontProxy, this.#agents, this.#traces, this.#checker]) part.close();
  }

  #context(dialer: AgentDialer): ConstructorParameters<typeof GatewayServer>[0] {
    return {
      agents: this.#agents,
      traces: this.#traces,
      dialer,
      log: this.#log,
      check: (spec, kind) => this.#checker.check(spec, kind),
      draining: this.#draining.signal,
      authenticate: (chain, rawHeaders) => this.#frontProxy.authenticate(chain, rawHeaders),
      unready: () => this.#unready,
    };
  }

  /** The first ones: without them there is nothing to serve with, so it is tried until they are there. */
  async #certificates(): Promise<Certificates> {
    for (let pauseMs = 250; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      try {
        return await this.#store.ensure();
      } catch (error) {
        this.#log.warn('certificates cannot be read or made', { error });
        await sleep(pauseMs * (1 - Math.random() / 2));
      }
    }
  }

  async #renew(): Promise<Certificates> {
    const parts = this.#parts!;
    const before = parts.certificates;
    const certificates = await this.#store.ensure();
    parts.certificates = certificates;
    if (certificates.server.certificate !== before.server.certificate) parts.server.use(certificates.server);
    if (certificates.authorities !== before.authorities || certificates.client.key !== before.client.key)
      parts.dialer.use(certificates);
    return certificates;
  }

  async #renewAlways(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await sleep(RENEWAL_MS * (1 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      const { authorities } = this.#parts!.certificates;
      try {
        if ((await this.#renew()).authorities !== authorities) this.#parts!.bundles.refresh();
      } catch (error) {
        this.#log.warn('certificates cannot be renewed', { error: error as Error });
      }
    }
  }
}

interface Parts {
  readonly dialer: AgentDialer;
  readonly server: GatewayServer;
  readonly bundles: CaBundles;
  certificates: Certificates;
}
