import type { Command } from 'commander';
import { requestTimeout } from './request-timeout.ts';

/** How the cluster is reached, and as whom: kubectl's flags, with kubectl's meanings. */
export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
  readonly server?: string;
  readonly token?: string;
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly asUid?: string;
  /** Milliseconds; 0 is no limit. */
  readonly requestTimeout?: number;
}

/** Gives a command kubectl's connection flags. */
export function addConnectionOptions(command: Command): Command {
  return command
    .optionsGroup('Which cluster, and as whom (as kubectl):')
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option('--context <name>', "the kubeconfig's context to use")
    .option('--cluster <name>', "the kubeconfig's cluster to use")
    .option('--user <name>', "the kubeconfig's user to use")
    .option('-s, --server <url>', 'address of the API server')
    .option('--token <token>', 'bearer token')
    .option('--certificate-authority <file>', "certificate of the API server's authority")
    .option('--client-certificate <file>', 'client certificate')
    .option('--client-key <file>', 'client key')
    .option('--insecure-skip-tls-verify', "do not check the API server's certificate")
    .option('--tls-server-name <name>', "name to check the API server's certificate for")
    .option('--as <user>', 'user to act as')
    .option('--as-group <group>', 'group to act as, once or several times', collect)
    .option('--as-uid <uid>', 'UID to act as')
    .option('--request-timeout <time>', 'time for one request: 10s, 2m; 0 is no limit', requestTimeout);
}

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}
