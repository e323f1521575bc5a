import { beforeAll } from 'vitest';
import { clusterUp } from './cluster/cluster.ts';
import type { ClusterFacts } from './cluster/cluster-state.ts';
import { kubectl } from './cluster/kubectl.ts';
import { progressOnStderr } from './cluster/progress.ts';
import { waitFor } from './cluster/wait-for.ts';
import { clusterOfRun } from './cluster-of-run.ts';

/** Building Kubernetes takes minutes, once. */
const UP_TIMEOUT_MS = 15 * 60_000;

/** The cluster that the test files of a run share, as they use it. */
export interface TestCluster {
  readonly facts: ClusterFacts;
  /** Runs kubectl as administrator; resolves with its output. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Resolves when pods can be made in it, which wait for a service account with a token. */
  createNamespace(name: string): Promise<void>;
  /** With all that is in it; does not wait for its end. */
  deleteNamespace(name: string): Promise<void>;
  /** Creates or changes objects. */
  apply(...objects: readonly object[]): Promise<void>;
}

/**
 * Put at the top of a test file, gives its tests a cluster. The first file that asks brings it up; it goes with the run. `WAGGLE_TEST_CLUSTER=default` takes the
 * cluster of that name, which is left as it is found: tests make namespaces of their own.
 */
export function useCluster(): TestCluster {
  let facts: ClusterFacts | undefined;
  beforeAll(async () => {
    facts = await clusterUp({ ...clusterOfRun(), progress: progressOnStderr() });
  }, UP_TIMEOUT_MS);
  const found = (): ClusterFacts => {
    if (facts === undefined) throw new Error('the cluster is there in tests and hooks only');
    return facts;
  };
  const asAdmin: TestCluster['kubectl'] = (args, input) => kubectl(found(), args, input);
  return {
    get facts() {
      return found();
    },
    kubectl: asAdmin,
    createNamespace: async (name) => {
      await asAdmin(['create', 'namespace', name]);
      const secret = ['get', 'serviceaccount', 'default', '--namespace', name, '--output=jsonpath={.secrets[0].name}'];
      await waitFor(`a service account in namespace ${name}`, async () => (await asAdmin(secret)) !== '');
    },
    deleteNamespace: async (name) => {
      await asAdmin(['delete', 'namespace', name, '--wait=false']);
    },
    apply: async (...objects) => {
      const list = { apiVersion: 'v1', kind: 'List', items: objects };
      await asAdmin(['apply', '--filename=-'], JSON.stringify(list));
    },
  };
}
