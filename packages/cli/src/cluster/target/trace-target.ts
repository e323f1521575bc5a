import { parseLabelSelector, type TraceTarget } from '@waggle/kube';
import { UsageError } from '../../usage-error.ts';
import type { ClusterTargetOptions } from './target-options.ts';
import { type TargetWord, targetWord, WORKLOAD_TYPES } from './target-words.ts';

/** What a command line says about whose events are seen. */
export interface TraceScope {
  /** Where the Trace is made; undefined: a ClusterTrace. */
  readonly namespace: string | undefined;
  readonly target: TraceTarget;
  /** Words that are no targets. */
  readonly parameters: readonly string[];
}

/**
 * Reads the flags, and the words behind the program: those of the form TYPE/NAME in front of all others are targets too, unless `--workload` is
 * there.
 *
 * @throws UsageError
 */
export function traceScope(
  options: ClusterTargetOptions,
  words: readonly string[],
  defaultNamespace: string,
): TraceScope {
  const { found, parameters } = leadingTargets(options.workload === undefined ? words : []);
  const entries = (kind: 'pod' | 'node') => found.filter((word) => word.kind === kind).map(({ entry }) => entry);
  const pods = [...list('--pod', options.pod), ...entries('pod')];
  const nodes = [...list('--node', options.node), ...entries('node')];
  const workloads = [
    ...list('--workload', options.workload).map(workload),
    ...found.filter(({ kind }) => kind === 'workload').map(({ entry }) => entry),
  ];
  const containers = list('--container', options.container);
  const namespaces = list('--namespace', options.namespace);
  checkHost(options, { pods, workloads, containers });
  const isWide = options.allNamespaces === true || options.host === true || isSeveral(namespaces);
  return {
    namespace: isWide ? undefined : (namespaces[0] ?? defaultNamespace),
    target: {
      ...(isWide && !options.allNamespaces && namespaces.length > 0 && { namespaces }),
      ...(pods.length > 0 && { pods }),
      ...(containers.length > 0 && { containers }),
      ...(workloads.length > 0 && { workloads }),
      ...(nodes.length > 0 && { nodes }),
      ...(options.selector !== undefined && { selector: checkedSelector(options.selector) }),
      ...(options.host && { host: true }),
    },
    parameters: options.workload === undefined ? parameters : words,
  };
}

/** @throws UsageError that shows where in the text the mistake is. */
export function checkedSelector(text: string): string {
  const { problem } = parseLabelSelector(text);
  if (problem === undefined) return text;
  const { message, offset, length } = problem;
  const caret = `${' '.repeat(offset)}${'^'.repeat(Math.max(1, length))}`;
  throw new UsageError(`--selector: ${message}\n    ${text}\n    ${caret}`);
}

/** Splits the words at the first one that is no target. */
function leadingTargets(words: readonly string[]): { found: TargetWord[]; parameters: readonly string[] } {
  const found: TargetWord[] = [];
  for (const [index, word] of words.entries()) {
    const parts = word.split(',').map(targetWord);
    if (!parts.every((part) => part !== undefined)) return { found, parameters: words.slice(index) };
    found.push(...parts);
  }
  return { found, parameters: [] };
}

function list(flag: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  const entries = text.split(',').map((entry) => entry.trim());
  for (const entry of entries) {
    if (entry.replace(/^!/, '') === '') throw new UsageError(`${flag} ${JSON.stringify(text)}: an empty name`);
  }
  return entries;
}

function workload(entry: string): string {
  const word = targetWord(entry);
  if (word?.kind === 'workload') return word.entry;
  throw new UsageError(
    `--workload ${entry}: expected TYPE/NAME, such as deploy/cart`,
    `types: ${WORKLOAD_TYPES.join(', ')}`,
  );
}

function isSeveral(namespaces: readonly string[]): boolean {
  return namespaces.length > 1 || (namespaces[0]?.startsWith('!') ?? false);
}

function checkHost(options: ClusterTargetOptions, lists: Readonly<Record<string, readonly string[]>>): void {
  if (!options.host) return;
  const other =
    Object.keys(lists).find((name) => lists[name]!.length > 0) ??
    (['namespace', 'selector', 'allNamespaces'] as const).find((name) => options[name] !== undefined);
  if (other !== undefined)
    throw new UsageError(`--host is everything on the nodes: ${other} and it exclude each other`);
}
