/** `npm run cluster`: a real Kubernetes cluster on this machine, for tests. */
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { importImage } from '../images/import-image.ts';
import { clusterDown, clusterUp, startComponent, stopComponent } from './cluster.ts';
import { ClusterError } from './cluster-error.ts';
import { DEFAULT_CLUSTER, isClusterName } from './cluster-layout.ts';
import { readFacts } from './cluster-state.ts';
import { clusterStatus, formatStatus } from './cluster-status.ts';
import { progressOnStderr, SILENT } from './progress.ts';

const HELP = `Usage: npm run cluster COMMAND [-- OPTION …]

A real Kubernetes on this machine, for tests: etcd, the control plane, and two nodes with kubelet, containerd and runc each. Needs root
and Debian 12. Nothing in it can send anything out of this machine.

Commands:
  up                bring the cluster up, and wait until it can be used; what has ended in one that is up is started again
  down              take it down; nothing of it is left
  status            say what runs; exit code 0: all of it, 1: not all of it, 3: there is no cluster
  kubeconfig        print the path of the administrator's kubeconfig
  facts             print names, addresses, paths of cluster and nodes as JSON
  stop COMPONENT    end a program of it at once: kube-apiserver, kubelet@node-b, … (status names them all)
  start COMPONENT   start it again
  import FILE …     make images, OCI layouts in tar archives, known to all nodes

Options:
  --name NAME       another cluster beside the one called "${DEFAULT_CLUSTER}"
  --json            status as JSON
  -q, --quiet       no progress
  -h, --help        this text

Exit codes: 0 done, 1 failed, 2 wrong usage, 128 and the signal's number when interrupted; of status, see there.
With npm, options follow two dashes: npm run cluster up -- --quiet
`;

const OPTIONS = {
  name: { type: 'string', default: DEFAULT_CLUSTER },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', short: 'q', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What is wrong with the words of the command line. */
class UsageError extends Error {}

class Interruption extends ClusterError {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('interrupted');
    this.exitCode = exitCode;
  }
}

interface Command {
  readonly words: readonly string[];
  readonly options: { readonly name: string; readonly json: boolean; readonly quiet: boolean };
}

type Run = (command: Command) => Promise<number> | number;

const COMMANDS: Readonly<Record<string, { readonly words: 'none' | 'one' | 'some'; readonly run: Run }>> = {
  up: { words: 'none', run: ({ options }) => up(options.name, options.quiet) },
  down: { words: 'none', run: ({ options }) => down(options.name, options.quiet) },
  status: { words: 'none', run: ({ options }) => status(options.name, options.json) },
  kubeconfig: { words: 'none', run: ({ options }) => print(factsOf(options.name).kubeconfig) },
  facts: { words: 'none', run: ({ options }) => print(JSON.stringify(factsOf(options.name), null, 2)) },
  stop: { words: 'one', run: ({ words, options }) => stopComponent(words[0]!, options).then(() => 0) },
  start: { words: 'one', run: ({ words, options }) => startComponent(words[0]!, options).then(() => 0) },
  import: { words: 'some', run: ({ words, options }) => importFiles(words, options.name) },
};

async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [verb, ...words] = positionals;
    if (values.help || verb === 'help') return print(HELP.trimEnd());
    if (!isClusterName(values.name)) throw new UsageError(`not a name for a cluster: ${values.name}`);
    const command = verb === undefined ? undefined : COMMANDS[verb];
    if (command === undefined) throw new UsageError(verb === undefined ? 'no command' : `no command "${verb}"`);
    const fits = { none: words.length === 0, one: words.length === 1, some: words.length > 0 }[command.words];
    if (!fits) throw new UsageError(`${verb} takes ${WANTED[command.words]}`);
    return await command.run({ words, options: values });
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`cluster: ${error.message}; see npm run cluster help\n`);
      return 2;
    }
    if (!(error instanceof ClusterError)) throw error;
    process.stderr.write(`cluster: ${error.message}\n`);
    return error instanceof Interruption ? error.exitCode : 1;
  }
}

const WANTED = { none: 'no further words', one: 'one word more', some: 'at least one word more' } as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function up(name: string, quiet: boolean): Promise<number> {
  const progress = quiet ? SILENT : progressOnStderr();
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => interruption.abort(new Interruption(128 + constants.signals[signal])));
  }
  const { kubeconfig } = await clusterUp({ name, progress, signal: interruption.signal });
  progress.say(`up; export KUBECONFIG=${kubeconfig}`);
  return 0;
}

async function down(name: string, quiet: boolean): Promise<number> {
  const progress = quiet ? SILENT : progressOnStderr();
  progress.say((await clusterDown({ name, progress })) ? 'down' : 'there is no cluster');
  return 0;
}

async function status(name: string, json: boolean): Promise<number> {
  const found = await clusterStatus(name);
  process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : formatStatus(found));
  return { up: 0, broken: 1, down: 3 }[found.health];
}

async function importFiles(paths: readonly string[], name: string): Promise<number> {
  const facts = factsOf(name);
  for (const path of paths) await importImage(facts, resolve(path));
  return 0;
}

function factsOf(name: string) {
  const facts = readFacts(name);
  if (facts === undefined) throw new ClusterError(`cluster ${name} is not up`);
  return facts;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
