import { nearest } from '../../diagnostics/index.ts';
import type { TracepointFormat } from '../../facts/tracepoint-format.ts';
import { parseTracepointFormat } from '../../facts/tracepoint-format.ts';
import type { AttachPoint } from '../../syntax/ast.ts';
import { didYouMean, orHint } from '../did-you-mean.ts';
import { globMatcher, isGlob } from './glob.ts';
import type { ProbeNames, ProbePoint } from './probe-point.ts';
import { checkParts, part } from './probe-point.ts';

/** `tracepoint:CATEGORY:EVENT`, both of them patterns if need be. */
export function resolveTracepoint(names: ProbeNames, node: AttachPoint): ProbePoint[] {
  if (!checkParts(names, node, 2, 2, 'tracepoint:CATEGORY:EVENT')) return [];
  const category = part(node, 0);
  const event = part(node, 1);
  if (isGlob(category) || isGlob(event)) {
    const all = names.facts.tracepoints();
    return all ? matching(names, node, all, `${category}:${event}`) : [unseenPoint(names, node, category, event)];
  }
  if (names.facts.tracepointFormat(category, event) !== undefined) return [pointOf(names, node, category, event)];
  if (names.facts.tracepoints() === undefined) return [unseenPoint(names, node, category, event)];
  names.diagnostics.error(
    'unknown-probe',
    node.parts[1]!.span,
    `there is no tracepoint ${category}:${event}`,
    suggest(names, category, event),
  );
  return [];
}

function matching(names: ProbeNames, node: AttachPoint, all: readonly string[], pattern: string): ProbePoint[] {
  return all.filter(globMatcher(pattern)).map((name) => {
    const colon = name.indexOf(':');
    return pointOf(names, node, name.slice(0, colon), name.slice(colon + 1));
  });
}

/** A script can be checked by who may not see tracepoints: all but what depends on them. */
function unseenPoint(names: ProbeNames, node: AttachPoint, category: string, event: string): ProbePoint {
  return { ...pointOf(names, node, category, event), args: { kind: 'unseen' } };
}

function pointOf(names: ProbeNames, node: AttachPoint, category: string, event: string): ProbePoint {
  let parsed: TracepointFormat | undefined;
  const format = () => {
    parsed ??= parseTracepointFormat(names.facts.tracepointFormat(category, event) ?? '');
    return parsed;
  };
  return {
    provider: 'tracepoint',
    programType: 'tracepoint',
    attach: { kind: 'tracepoint', category, name: event },
    name: `tracepoint:${category}:${event}`,
    args: { kind: 'tracepoint', category, event, format },
    span: node.span,
  };
}

/** An event of that name elsewhere, a near one in the category, a near one anywhere. */
function suggest(names: ProbeNames, category: string, event: string) {
  const all = names.facts.tracepoints() ?? [];
  const elsewhere = all.filter((name) => name.endsWith(`:${event}`)).slice(0, 3);
  if (elsewhere.length > 0) return orHint(elsewhere);
  const prefix = `${category}:`;
  const inCategory = all.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const near = nearest(event, inCategory, 3).map((name) => prefix + name);
  return orHint(near) ?? didYouMean(prefix + event, all);
}
