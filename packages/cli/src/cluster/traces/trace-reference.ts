import { CLUSTER_TRACES, type ResourceType, TRACES } from '@waggle/kube';
import { UsageError } from '../../usage-error.ts';

/** A trace that a command line names. */
export interface TraceReference {
  readonly type: ResourceType;
  readonly name: string;
}

const TYPES: Readonly<Record<string, ResourceType>> = Object.fromEntries(
  [
    [TRACES, ['trace', 'traces', 'tr', 'trace.waggle.dev', 'traces.waggle.dev']] as const,
    [
      CLUSTER_TRACES,
      ['clustertrace', 'clustertraces', 'ctr', 'clustertrace.waggle.dev', 'clustertraces.waggle.dev'],
    ] as const,
  ].flatMap(([type, names]) => names.map((name) => [name, type])),
);

/** `trace`, `traces`, `tr`, `clustertrace`, `ctr`, …; undefined for other words. */
export function traceType(word: string): ResourceType | undefined {
  return TYPES[word.toLowerCase()];
}

/** `NAME`, `trace/NAME`, `clustertrace/NAME`. @throws UsageError */
export function traceReference(word: string): TraceReference {
  const [type, name, ...more] = word.split('/');
  if (name === undefined) return { type: TRACES, name: checkedName(word, word) };
  const found = traceType(type!);
  if (found === undefined || more.length > 0)
    throw new UsageError(`"${word}": expected NAME, trace/NAME or clustertrace/NAME`);
  return { type: found, name: checkedName(name, word) };
}

/** A name of the Kubernetes API (RFC 1123 subdomain). */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

function checkedName(name: string, word: string): string {
  if (NAME.test(name)) return name;
  throw new UsageError(`"${word}" cannot be a trace's name: lower-case letters, digits, - and . only`);
}

/** `trace.waggle.dev/opensnoop-x7k2p`, as kubectl says it. */
export function referenceText({ type, name }: TraceReference): string {
  return `${type.kind.toLowerCase()}.${type.group}/${name}`;
}

/** Words as kubectl reads them: a type and names behind it, `TYPE/NAME`, or names alone. @throws UsageError */
export function traceReferences(words: readonly string[]): { type: ResourceType; references: TraceReference[] } {
  const type = words[0] === undefined ? undefined : traceType(words[0]);
  if (type === undefined) return { type: TRACES, references: words.map(traceReference) };
  return { type, references: words.slice(1).map((name) => ({ type, name: checkedName(name, name) })) };
}
