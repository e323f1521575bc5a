import type { AttachPoint } from '../../syntax/ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import { parseNumber } from './parse-number.ts';
import type { ProbeNames, ProbePoint } from './probe-point.ts';
import { checkParts, part } from './probe-point.ts';

/** PERF_COUNT_SW_*, include/uapi/linux/perf_event.h, and how many events pass until one is told, as in bpftrace. */
const EVENTS: Readonly<Record<string, { readonly config: bigint; readonly period: bigint }>> = {
  'cpu-clock': { config: 0n, period: 1_000_000n },
  cpu: { config: 0n, period: 1_000_000n },
  'task-clock': { config: 1n, period: 1_000_000n },
  'page-faults': { config: 2n, period: 100n },
  faults: { config: 2n, period: 100n },
  'context-switches': { config: 3n, period: 1000n },
  cs: { config: 3n, period: 1000n },
  'cpu-migrations': { config: 4n, period: 1n },
  'minor-faults': { config: 5n, period: 100n },
  'major-faults': { config: 6n, period: 1n },
  'alignment-faults': { config: 7n, period: 1n },
  'emulation-faults': { config: 8n, period: 1n },
  dummy: { config: 9n, period: 1n },
  'bpf-output': { config: 10n, period: 1n },
};

/** `software:EVENT[:COUNT]` on every CPU. */
export function resolveSoftware(names: ProbeNames, node: AttachPoint): ProbePoint[] {
  const count = node.parts.length === 2 && part(node, 1) === '' ? { ...node, parts: node.parts.slice(0, 1) } : node;
  if (!checkParts(names, count, 1, 2, 'software:cpu-clock:1000000')) return [];
  const name = part(count, 0);
  const event = EVENTS[name];
  if (!event) {
    const hint = didYouMean(name, Object.keys(EVENTS)) ?? { hint: `there are ${Object.keys(EVENTS).join(', ')}` };
    names.diagnostics.error('unknown-probe', node.parts[0]!.span, `there is no software event ${name}`, hint);
    return [];
  }
  const period = count.parts.length === 2 ? parseNumber(part(count, 1)) : event.period;
  if (period === undefined || period <= 0n || period >= 1n << 63n) {
    names.diagnostics.error(
      'invalid-probe',
      node.parts[1]!.span,
      `software needs a positive count, not "${part(node, 1)}"`,
    );
    return [];
  }
  const suffix = count.parts.length === 2 ? `:${period}` : '';
  return [
    {
      provider: 'software',
      programType: 'perf-event',
      attach: { kind: 'perf-event', type: 'software', config: event.config, sample: { period }, cpus: 'all' },
      name: `software:${name}${suffix}`,
      span: node.span,
    },
  ];
}
