import type { Span } from '../../source/span.ts';
import type { Script } from '../../syntax/ast.ts';
import type { ProbeInstance } from '../expand-probes.ts';
import type { ProbePoint } from '../probes/probe-point.ts';
import { providerNamed } from '../probes/provider.ts';
import { isAdmittedEvent } from './admitted-events.ts';
import { PROBE_VERDICTS } from './probe-verdicts.ts';
import type { Refusals } from './refusal.ts';
import { RULES } from './rules.ts';

/**
 * Refuses kinds of probes, before it is known what they are on. False where that must not even be looked up: files of the node, about which the answers
 * would tell.
 */
export function confineProbeKinds(script: Script, refusals: Refusals): boolean {
  let mayResolve = true;
  for (const item of script.items) {
    if (item.kind !== 'probe') continue;
    for (const { provider, span } of item.attachPoints) {
      const named = providerNamed(provider.text);
      const verdict = named && PROBE_VERDICTS[named];
      if (typeof verdict !== 'object') continue;
      refusals.refuse(verdict, span, named!);
      if (verdict === RULES.userProbe) mayResolve = false;
    }
  }
  return mayResolve;
}

/** Refuses events that are not on the list; of a pattern, once for all that it matches. */
export function confineEvents(instances: readonly ProbeInstance[], refusals: Refusals): void {
  const refused = new Map<Span, ProbePoint[]>();
  for (const point of instances.flatMap(({ points }) => points)) {
    if (PROBE_VERDICTS[point.provider] !== 'by-event' || isAdmitted(point)) continue;
    const together = refused.get(point.span);
    if (together) together.push(point);
    else refused.set(point.span, [point]);
  }
  for (const [span, points] of refused) {
    const more = points.length > 1 ? ` (and ${points.length - 1} more that it matches)` : '';
    refusals.refuse(RULES.event, span, points[0]!.name + more);
  }
}

function isAdmitted({ attach }: ProbePoint): boolean {
  switch (attach.kind) {
    case 'tracepoint':
      return isAdmittedEvent(attach.category, attach.name);
    case 'raw-tracepoint':
      return isAdmittedEvent(undefined, attach.name);
    default:
      return false;
  }
}
