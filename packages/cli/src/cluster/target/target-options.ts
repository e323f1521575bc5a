import type { Command } from 'commander';

/** Whose events are seen, as flags. Lists are as they were written: `a,b,!c`. */
export interface ClusterTargetOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly pod?: string;
  readonly container?: string;
  readonly node?: string;
  readonly workload?: string;
  readonly host?: boolean;
}

/** Gives a command the flags that say whose events are seen. */
export function addTargetOptions(command: Command): Command {
  return command
    .optionsGroup('Whose events (all pods of the namespace unless one is given; lists are a,b,!c):')
    .option('-n, --namespace <list>', "namespaces; more than one needs a cluster's rights")
    .option('-A, --all-namespaces', 'pods of all namespaces')
    .option('-l, --selector <selector>', "pods' labels: app=cart,tier!=cache,'env in (a,b)',!canary")
    .option('--pod <list>', 'pods')
    .option('--workload <list>', 'workloads, such as deploy/cart; also behind the program: run opensnoop deploy/cart')
    .option('-c, --container <list>', 'containers of the pods')
    .option('--node <list>', 'nodes')
    .option('--host', 'everything on the nodes, in pods or not');
}
