import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type TestCluster, useCluster } from '../../ground/use-cluster.ts';
import { type Outcome, WAGGLE, type WaggleOptions, WaggleProcess } from '../../support/waggle-process.ts';
import { provideWaggleImage } from './waggle-image.ts';

const DEPLOY_TIMEOUT_MS = 5 * 60_000;

/** A cluster with waggle in it, and the command as kubectl runs it. */
export interface WaggleCluster {
  readonly cluster: TestCluster;
  /** The image that the nodes have. */
  readonly image: string;
  /** Starts `kubectl waggle …` as the cluster's administrator. */
  start(args: readonly string[], options?: WaggleOptions): WaggleProcess;
  /** The same, to its end. */
  run(args: readonly string[], options?: WaggleOptions): Promise<Outcome>;
  /** Deploys it, if it is not there as it should be. */
  deploy(): Promise<void>;
}

/** Put at the top of a test file, gives its tests a cluster with waggle. */
export function useWaggle({ deployed = true }: { readonly deployed?: boolean } = {}): WaggleCluster {
  const cluster = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'waggle-test-'));
  const path = join(folder, 'kubectl-waggle');
  symlinkSync(WAGGLE, path);
  afterAll(() => rmSync(folder, { recursive: true }));
  let image = '';
  const start: WaggleCluster['start'] = (args, options = {}) =>
    new WaggleProcess(args, { path, ...options, env: { KUBECONFIG: cluster.facts.kubeconfig, ...options.env } });
  const run: WaggleCluster['run'] = (args, options) => start(args, { input: '', ...options }).ended;
  const deploy = async () => {
    const { code, stderr } = await run(['deploy', '--image', image, '--image-pull-policy', 'Never']);
    expect(stderr).toContain('is deployed: agents on 2 nodes are ready');
    expect(code).toBe(0);
  };
  beforeAll(async () => {
    image = await provideWaggleImage(cluster.facts);
    if (deployed) await deploy();
  }, DEPLOY_TIMEOUT_MS);
  return {
    cluster,
    get image() {
      return image;
    },
    start,
    run,
    deploy,
  };
}
