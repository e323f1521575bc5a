import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { KubeClient } from '@waggle/kube';
import { kubeClientOf } from '../../test/cluster/support/kube-client-of.ts';
import { provideWaggleImage } from '../../test/cluster/support/waggle-image.ts';
import { clusterDown, clusterUp } from '../../test/ground/cluster/cluster.ts';
import type { ClusterFacts } from '../../test/ground/cluster/cluster-state.ts';
import { kubectl } from '../../test/ground/cluster/kubectl.ts';
import { ownerOf } from '../../test/ground/cluster/owner.ts';
import { progressOnStderr } from '../../test/ground/cluster/progress.ts';
import { PLAIN_ENV } from '../../test/ground/cluster/run.ts';
import { waitFor } from '../../test/ground/cluster/wait-for.ts';

const WAGGLE = fileURLToPath(new URL('../../packages/cli/bin/waggle.cjs', import.meta.url));
const NAME = 'bench';
/** Where workloads are, and traces. */
export const NAMESPACE = 'bench';

/** A cluster of the benchmark's own on this machine, with waggle in it; it goes with the section. */
export class BenchCluster implements AsyncDisposable {
  readonly facts: ClusterFacts;
  readonly client: KubeClient;
  /** The path of `kubectl-waggle`, as kubectl finds it. */
  readonly command: string;
  /** Runs kubectl as administrator. */
  readonly kubectl = (args: readonly string[], input?: string): Promise<string> => kubectl(this.facts, args, input);
  readonly #onSignal = () => void this[Symbol.asyncDispose]().finally(() => process.exit(130));

  /** Brings it up, and deploys waggle as a user does. @param folder for the command's link */
  static async start(folder: string): Promise<BenchCluster> {
    const progress = progressOnStderr();
    const facts = await clusterUp({ name: NAME, owner: ownerOf(process.pid), progress });
    const cluster = new BenchCluster(facts, folder);
    try {
      const image = await provideWaggleImage(facts);
      progress.say('deploying waggle');
      await cluster.run('deploy', '--image', image, '--image-pull-policy', 'Never');
      await cluster.#createNamespace();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(facts: ClusterFacts, folder: string) {
    this.facts = facts;
    this.client = kubeClientOf(facts);
    this.command = join(folder, 'kubectl-waggle');
    if (!existsSync(this.command)) symlinkSync(WAGGLE, this.command);
    for (const signal of SIGNALS) process.once(signal, this.#onSignal);
  }

  get env(): NodeJS.ProcessEnv {
    return { ...PLAIN_ENV, PATH: process.env.PATH, KUBECONFIG: this.facts.kubeconfig };
  }

  /** Starts `kubectl waggle …`. @param output descriptor for standard output; absent: a pipe */
  start(args: readonly string[], output?: number): ChildProcess {
    return spawn(this.command, args, { env: this.env, stdio: ['ignore', output ?? 'pipe', 'pipe'] });
  }

  /** The same, to its end. @throws Error with what it said */
  async run(...args: readonly string[]): Promise<void> {
    await promisify(execFile)(this.command, args, { env: this.env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    this.client.close();
    await clusterDown({ name: NAME });
  }

  /** Pods can be made in it once its service account has a token. */
  async #createNamespace(): Promise<void> {
    await this.kubectl(['create', 'namespace', NAMESPACE]);
    const secret = ['get', 'serviceaccount', 'default', '-n', NAMESPACE, '-o', 'jsonpath={.secrets[0].name}'];
    await waitFor('a service account', async () => (await this.kubectl(secret)) !== '');
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
