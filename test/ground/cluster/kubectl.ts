import type { ClusterFacts } from './cluster-state.ts';
import { run } from './run.ts';

/** Runs kubectl as the administrator of a cluster; resolves with its standard output. @throws ClusterError with its last words */
export function kubectl(
  { kubectl: program, kubeconfig }: Pick<ClusterFacts, 'kubectl' | 'kubeconfig'>,
  args: readonly string[],
  input?: string,
): Promise<string> {
  return run(program, ['--kubeconfig', kubeconfig, ...args], input === undefined ? {} : { input });
}
