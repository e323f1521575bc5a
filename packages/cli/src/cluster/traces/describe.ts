import { escapeText } from '@waggle/bpftrace/output';
import { EVENTS, type KubeClient, KubeError, type KubeObject, type NodeStatus, type TraceObject } from '@waggle/kube';
import { printText } from '../../terminal/print-text.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { openCluster } from '../connection/open-cluster.ts';
import { ageText } from './age-text.ts';
import { alignLines } from './server-table.ts';
import { targetText } from './target-text.ts';
import { traceReference } from './trace-reference.ts';

/** `waggle describe TRACE`: gives the exit code. */
export async function describeTrace(word: string, options: ConnectionOptions): Promise<number> {
  const { type, name } = traceReference(word);
  using cluster = await openCluster(options);
  const namespace = type.isNamespaced ? (options.namespace ?? cluster.namespace) : undefined;
  const trace = await cluster.client.get<TraceObject>(type, { name, namespace });
  const events = await eventsOf(cluster.client, trace);
  printText(descriptionText({ ...trace, kind: type.kind }, events, Date.now()));
  return 0;
}

interface ClusterEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly source?: { readonly component?: string };
}

/** Who may not read events does without them. */
async function eventsOf(client: KubeClient, { metadata }: TraceObject): Promise<readonly ClusterEvent[]> {
  try {
    const { items } = await client.list<ClusterEvent>(EVENTS, {
      namespace: metadata.namespace ?? 'default',
      fieldSelector: `involvedObject.uid=${metadata.uid}`,
    });
    return items;
  } catch (error) {
    if (error instanceof KubeError) return [];
    throw error;
  }
}

/** Everything about a trace, in the manner of `kubectl describe`. `nowMs` is the wall clock. */
export function descriptionText(trace: TraceObject, events: readonly ClusterEvent[], nowMs: number): string {
  const { kind, metadata, spec, status } = trace;
  const fields: [string, string | undefined][] = [
    ['Name', metadata.name],
    ['Namespace', metadata.namespace],
    ['Kind', kind],
    ['Created', metadata.creationTimestamp && `${ageText(metadata.creationTimestamp, nowMs)} ago`],
    ['Program', programText(trace)],
    ['Parameters', spec.program.parameters?.map(quoted).join(' ')],
    ['Target', targetText(trace)],
    ['Options', optionsText(trace)],
    ['Ends', endsText(trace)],
    ['Phase', status?.phase ?? 'Pending'],
  ];
  const parts = [
    ...fields.flatMap(([label, text]) => (text ? [`${`${label}:`.padEnd(13)}${text}\n`] : [])),
    script(spec.program.script),
    section(
      'Conditions',
      ['TYPE', 'STATUS', 'REASON', 'AGE', 'MESSAGE'],
      (status?.conditions ?? []).map(({ type, status: is, reason, lastTransitionTime, message }) => [
        ...[type, is, reason, ageText(lastTransitionTime, nowMs), oneLine(message)],
      ]),
    ),
    section('Nodes', NODE_HEADER, (status?.nodes ?? []).map(nodeCells)),
    ...(status?.nodes ?? []).map(nodeMessage),
    section(
      'Events',
      ['TYPE', 'REASON', 'AGE', 'FROM', 'MESSAGE'],
      events.map(({ type, reason, lastTimestamp, source, message }) =>
        [
          type,
          reason,
          lastTimestamp ? ageText(lastTimestamp, nowMs) : '',
          source?.component,
          oneLine(message ?? ''),
        ].map((cell) => cell ?? ''),
      ),
    ),
  ];
  return parts.join('');
}

const NODE_HEADER = ['NODE', 'STATE', 'PROBES', 'SEEN', 'KEPT', 'LOST', 'MESSAGE'];

function nodeCells({ name, state, probes, seen, kept, lost, message = '' }: NodeStatus): string[] {
  const numbers = [probes, seen, kept, lost].map((value) => (value === undefined ? '' : String(value)));
  return [name, state, ...numbers, oneLine(message)];
}

/** A message of several lines, such as a diagnostic with its caret, is shown as a whole below the table. */
function nodeMessage({ name, message = '' }: NodeStatus): string {
  const text = message.trimEnd();
  return text.includes('\n') ? `\nOn ${name}:\n${indent(text)}` : '';
}

function programText({ spec: { program } }: TraceObject): string {
  return program.gadget === undefined ? `script ${quoted(program.name ?? 'script')}` : `gadget ${program.gadget}`;
}

function script(text: string | undefined): string {
  return text === undefined ? '' : `Script:\n${indent(text.trimEnd())}`;
}

function optionsText({ spec: { options = {} } }: TraceObject): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

function endsText({ spec }: TraceObject): string {
  const { stopped, timeoutSeconds, heartbeatSeconds, ttlSecondsAfterFinished } = spec;
  return [
    ...(stopped ? ['it was stopped'] : []),
    ...(timeoutSeconds === undefined ? [] : [`after ${timeoutSeconds} s`]),
    ...(heartbeatSeconds === undefined ? [] : [`when nobody has watched it for ${heartbeatSeconds} s`]),
    ...(ttlSecondsAfterFinished === undefined ? [] : [`deleted ${ttlSecondsAfterFinished} s after its end`]),
  ].join('; ');
}

function section(title: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? `${title}: none\n` : `${title}:\n${indent(alignLines([header, ...rows]).trimEnd())}`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `${`  ${escapeText(line)}`.trimEnd()}\n`)
    .join('');
}

function oneLine(text: string): string {
  const [first = '', ...more] = text.trimEnd().split('\n');
  return more.length === 0 ? first : `${first} …`;
}

function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text);
}
