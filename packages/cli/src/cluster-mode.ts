import { basename } from 'node:path';

/** Names by which a link or kubectl starts the command for the cluster. */
const CLUSTER_NAMES: ReadonlySet<string> = new Set(['kubectl-waggle', 'kubectl_complete-waggle']);

/** Commands that only ever concern this machine, whatever the name or the flags. */
const LOCAL_COMMANDS: ReadonlySet<string> = new Set(['list', 'dump', 'demo', 'replay', 'warm-up']);

/** Commands that concern this machine unless a flag of the cluster is there, or kubectl's name. */
const COMMON_COMMANDS: ReadonlySet<string> = new Set(['run', 'check', 'version', 'completion']);

/** Long flags that only make sense in a cluster. Those that have a value and none that a local command has, too. */
export const CLUSTER_FLAGS: ReadonlySet<string> = new Set([
  ...['--kubeconfig', '--context', '--cluster', '--user', '--namespace', '--as', '--as-group', '--as-uid'],
  ...['--request-timeout', '--server', '--token', '--certificate-authority', '--tls-server-name'],
  ...['--client-certificate', '--client-key', '--insecure-skip-tls-verify'],
  ...['--all-namespaces', '--selector', '--pod', '--node', '--workload', '--host', '--detach', '--name'],
]);

/** The same, of one letter: `-n shop`, `-nshop`. */
const SHORT_CLUSTER_FLAGS = /^-[nAls]/;

/** Flags of local commands whose value is the next word, which may look like a flag: `--sort -size`. */
export const VALUE_FLAGS: ReadonlySet<string> = new Set([
  ...['-e', '--eval', '--container', '--cgroup', '-p', '--pid', '--comm', '-o', '--output', '--output-file'],
  ...['--columns', '--filter', '--sort', '--max-rows', '--interval', '--timeout', '--ring-size', '--max-strlen'],
  '--record',
]);

/**
 * Whether a command line is for the cluster, and so for the code that knows it: by its command, by a flag in front of any `--`, or since
 * kubectl started it. What is no command of this machine (help, mistakes) goes there as well: it knows all commands.
 *
 * @param invokedAs the path by which the command was started.
 */
export function isClusterCommandLine(invokedAs: string, argv: readonly string[]): boolean {
  if (argv[0] === '__complete') return isClusterCompletion(invokedAs, argv.slice(1));
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const first = words[0];
  if (first !== undefined && LOCAL_COMMANDS.has(first)) return false;
  if (first === '-V' || first === '--version') return false;
  if (CLUSTER_NAMES.has(basename(invokedAs))) return true;
  if (first === undefined || !COMMON_COMMANDS.has(first)) return true;
  return words.some((word, index) => !VALUE_FLAGS.has(words[index - 1]!) && isClusterFlag(word));
}

function isClusterFlag(word: string): boolean {
  return SHORT_CLUSTER_FLAGS.test(word) || CLUSTER_FLAGS.has(word.split('=', 1)[0]!);
}

/** Half-written words are completed where they would run; the names of commands by the code that knows all of them. */
function isClusterCompletion(invokedAs: string, words: readonly string[]): boolean {
  return words.length < 2 || isClusterCommandLine(invokedAs, words.slice(0, -1));
}
