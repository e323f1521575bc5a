import type { AttachSpec } from '@waggle/bpf/spec';
import type { AttachPoint } from '../../syntax/ast.ts';
import { parseNumber } from './parse-number.ts';
import type { ProbeNames, ProbePoint } from './probe-point.ts';
import { checkParts, part } from './probe-point.ts';
import type { Provider } from './provider.ts';

const UNITS_NS: Readonly<Record<string, bigint>> = { ns: 1n, us: 1_000n, ms: 1_000_000n, s: 1_000_000_000n };

/** The shortest period, as bpftrace has it. */
const MIN_PERIOD_NS = 1_000n;

/** PERF_COUNT_SW_CPU_CLOCK, include/uapi/linux/perf_event.h. */
const CPU_CLOCK = 0n;

type Sample = Extract<AttachSpec, { kind: 'perf-event' }>['sample'];

/** `profile:hz:99` on every CPU, `interval:s:1` on one; also `us`, `ms`, durations such as `10ms`, and bare nanoseconds. */
export function resolveTimer(names: ProbeNames, node: AttachPoint, provider: Provider): ProbePoint[] {
  if (!checkParts(names, node, 1, 2, `${provider}:hz:99 or ${provider}:1s`)) return [];
  const timing = node.parts.length === 2 ? unitAndRate(names, node, provider) : duration(names, node, provider);
  if (!timing) return [];
  return [
    {
      provider,
      programType: 'perf-event',
      attach: {
        kind: 'perf-event',
        type: 'software',
        config: CPU_CLOCK,
        sample: timing.sample,
        cpus: provider === 'interval' ? 'one' : 'all',
      },
      name: `${provider}:${timing.name}`,
      span: node.span,
    },
  ];
}

function unitAndRate(names: ProbeNames, node: AttachPoint, provider: Provider) {
  const unit = part(node, 0);
  const rate = parseNumber(part(node, 1));
  const name = `${unit}:${rate}`;
  if (unit !== 'hz' && UNITS_NS[unit] === undefined) {
    const hint = { hint: 'units are hz, s, ms and us' };
    names.diagnostics.error('invalid-probe', node.parts[0]!.span, `"${unit}" is no unit of time`, hint);
    return undefined;
  }
  if (rate === undefined || rate <= 0n || rate > 1_000_000_000n) {
    const span = node.parts[1]!.span;
    names.diagnostics.error('invalid-probe', span, `${provider} needs a positive number, not "${part(node, 1)}"`);
    return undefined;
  }
  if (unit === 'hz') return { name, sample: { frequency: Number(rate) } satisfies Sample };
  return periodic(names, node, provider, name, rate * UNITS_NS[unit]!);
}

function duration(names: ProbeNames, node: AttachPoint, provider: Provider) {
  const text = part(node, 0);
  const [, number, unit = 'ns'] = /^(\w*?)(ns|us|ms|s)?$/.exec(text) ?? [];
  const count = number === undefined ? undefined : parseNumber(number);
  if (count === undefined) {
    const hint = { hint: `write it as ${provider}:hz:99 or ${provider}:1s` };
    names.diagnostics.error('invalid-probe', node.parts[0]!.span, `"${text}" is no duration`, hint);
    return undefined;
  }
  const periodNs = count * UNITS_NS[unit]!;
  return periodic(names, node, provider, `us:${periodNs / 1000n}`, periodNs);
}

function periodic(names: ProbeNames, node: AttachPoint, provider: Provider, name: string, periodNs: bigint) {
  if (periodNs >= MIN_PERIOD_NS && periodNs < 1n << 63n) return { name, sample: { period: periodNs } satisfies Sample };
  const hint = { hint: 'the shortest period is 1us' };
  names.diagnostics.error('invalid-probe', node.span, `${provider} cannot run every ${periodNs} ns`, hint);
  return undefined;
}
