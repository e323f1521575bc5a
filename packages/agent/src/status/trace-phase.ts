import type { NodeStatus, TraceCondition, TracePhase, TraceStatus } from '@waggle/kube';

/** What a trace's status says of all nodes together. */
export interface TraceSummary {
  readonly phase: TracePhase;
  readonly conditions: readonly TraceCondition[];
}

/**
 * Sums up what nodes say: nothing but the entries counts, and the conditions that are there for the times of their transitions. Nodes that have not
 * answered yet are not known.
 *
 * No message is empty: an API server of Kubernetes 1.20 that was compiled by a newer Go takes empty texts for null.
 *
 * @param now RFC 3339, for conditions that change
 */
export function summarizeTrace({ nodes = [], conditions = [] }: TraceStatus, now: string): TraceSummary {
  const phase = phaseOf(nodes);
  const hasEnded = phase === 'Completed' || phase === 'Failed';
  const facts = [accepted(nodes), running(nodes), completed(nodes, hasEnded)];
  return { phase, conditions: facts.map((fact) => since(fact, conditions, now)) };
}

/** Whether a status says otherwise than its own entries. */
export function isOutdated(status: TraceStatus, summary: TraceSummary): boolean {
  if (status.phase !== summary.phase) return true;
  return summary.conditions.some((wanted) => {
    const found = status.conditions?.find(({ type }) => type === wanted.type);
    return found === undefined || !isSame(found, wanted);
  });
}

type Fact = Omit<TraceCondition, 'lastTransitionTime'>;

function phaseOf(nodes: readonly NodeStatus[]): TracePhase {
  const has = (...states: readonly NodeStatus['state'][]) => nodes.some(({ state }) => states.includes(state));
  if (has('Running')) return 'Running';
  if (nodes.length === 0 || has('Starting')) return 'Pending';
  return has('Completed') ? 'Completed' : 'Failed';
}

function accepted(nodes: readonly NodeStatus[]): Fact {
  const type = 'Accepted';
  const refused = nodes.filter(({ state }) => state === 'Refused');
  if (refused.length > 0) return { type, status: 'False', reason: 'Refused', message: messagesOf(refused) };
  if (nodes.length === 0) return { type, status: 'Unknown', reason: 'NoAnswer', message: 'no node has answered yet' };
  return { type, status: 'True', reason: 'Compiled', message: 'compiled by every node that has answered' };
}

function running(nodes: readonly NodeStatus[]): Fact {
  const count = nodes.filter(({ state }) => state === 'Running').length;
  const status = count > 0 ? 'True' : 'False';
  const reason = count > 0 ? 'Attached' : 'NotAttached';
  return { type: 'Running', status, reason, message: `attached on ${count} of ${nodes.length} nodes` };
}

function completed(nodes: readonly NodeStatus[], hasEnded: boolean): Fact {
  const failed = nodes.filter(({ state }) => state === 'Failed');
  const reason = failed.length > 0 ? 'Failed' : hasEnded ? 'Ended' : 'NotEnded';
  const message =
    failed.length > 0 ? messagesOf(failed) : hasEnded ? 'it has ended on all nodes' : 'it has not ended yet';
  return { type: 'Completed', status: hasEnded ? 'True' : 'False', reason, message };
}

/** What several nodes say alike is said once: `node-a, node-b: …`. */
function messagesOf(nodes: readonly NodeStatus[]): string {
  const byMessage = new Map<string, string[]>();
  for (const { name, message = '' } of nodes) byMessage.set(message, [...(byMessage.get(message) ?? []), name]);
  const texts = [...byMessage].map(([message, names]) => `${names.sort().join(', ')}: ${message}`);
  return texts.sort().join('\n').slice(0, MAX_MESSAGE);
}

/** As the custom resource definition has it. */
const MAX_MESSAGE = 32_768;

function since(fact: Fact, conditions: readonly TraceCondition[], now: string): TraceCondition {
  const before = conditions.find(({ type }) => type === fact.type);
  return { ...fact, lastTransitionTime: before?.status === fact.status ? before.lastTransitionTime : now };
}

function isSame(a: TraceCondition, b: TraceCondition): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}
