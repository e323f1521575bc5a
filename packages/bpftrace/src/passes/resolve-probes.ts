import { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { AttachPoint, Probe, Script } from '../syntax/ast.ts';
import { didYouMean } from './did-you-mean.ts';
import type { ProbeNames, ProbePoint, ResolvePoint } from './probes/probe-point.ts';
import type { Provider } from './probes/provider.ts';
import { PROVIDERS, providerNamed } from './probes/provider.ts';
import { resolveIterator } from './probes/resolve-iterator.ts';
import { resolveFentry, resolveKprobe } from './probes/resolve-kernel-function.ts';
import { resolveRawTracepoint } from './probes/resolve-raw-tracepoint.ts';
import { resolveSoftware } from './probes/resolve-software.ts';
import { resolveTimer } from './probes/resolve-timer.ts';
import { resolveTracepoint } from './probes/resolve-tracepoint.ts';
import { resolveUprobe } from './probes/resolve-user-function.ts';
import type { CheckedConfig } from './read-config.ts';

/** A probe of the script with all the places where it attaches. */
export interface ResolvedProbe {
  readonly node: Probe;
  readonly points: readonly ProbePoint[];
}

const resolveSpecial: ResolvePoint = (names, node, provider) => {
  if (node.parts.length > 0) {
    const hint = { hint: `write just ${provider}` };
    names.diagnostics.error('invalid-probe', node.span, `${provider} takes nothing behind its name`, hint);
    return [];
  }
  const attach = { kind: 'test-run' } as const;
  return [{ provider, programType: 'raw-tracepoint', attach, name: provider, span: node.span }];
};

const RESOLVERS: Partial<Record<Provider, ResolvePoint>> = {
  begin: resolveSpecial,
  end: resolveSpecial,
  tracepoint: resolveTracepoint,
  rawtracepoint: resolveRawTracepoint,
  kprobe: resolveKprobe,
  kretprobe: resolveKprobe,
  uprobe: resolveUprobe,
  uretprobe: resolveUprobe,
  fentry: resolveFentry,
  fexit: resolveFentry,
  profile: resolveTimer,
  interval: resolveTimer,
  software: resolveSoftware,
  iter: resolveIterator,
};

/** Finds what every attach point of the script means on this kernel; wildcards become what they match. */
export function resolveProbes(script: Script, names: ProbeNames, config: CheckedConfig): ResolvedProbe[] {
  const probes: ResolvedProbe[] = [];
  let count = 0;
  for (const node of script.items) {
    if (node.kind !== 'probe') continue;
    const points = node.attachPoints.flatMap((point) => resolvePoint(point, names, config));
    count += points.length;
    probes.push({ node, points });
    if (count > config.maxProbes) {
      const hint = { hint: 'narrow the pattern, or raise the limit with config = { max_probes = … }' };
      const message = `the script attaches to ${count} places; the limit is ${config.maxProbes}`;
      names.diagnostics.error('too-many-probes', node.attachPoints[0]!.span, message, hint);
      break;
    }
  }
  checkIterators(probes, names);
  if (probes.length === 0 && !names.diagnostics.hasErrors) {
    names.diagnostics.error('no-probes', script.span, 'the script has no probe', { hint: 'as in begin { print(1) }' });
  }
  return probes;
}

function resolvePoint(written: AttachPoint, names: ProbeNames, config: CheckedConfig): ProbePoint[] {
  const node = withParams(written, names);
  const provider = providerNamed(node.provider.text);
  if (!provider) {
    const hint = didYouMean(node.provider.text, PROVIDERS);
    names.diagnostics.error(
      'unknown-provider',
      node.provider.span,
      `unknown kind of probe "${node.provider.text}"`,
      hint,
    );
    return [];
  }
  const resolve = RESOLVERS[provider];
  if (!resolve) {
    names.diagnostics.error(
      'not-yet-supported',
      node.provider.span,
      `probes of kind ${provider} are not supported yet`,
    );
    return [];
  }
  const found = new Diagnostics();
  const points = resolve({ ...names, diagnostics: found }, node, provider);
  if (points.length === 0 && found.list().length === 0)
    found.error('no-match', node.span, `nothing matches ${node.text}`);
  for (const { code, severity, span, message, ...more } of found.list()) {
    const missing = code === 'no-match' || code === 'unknown-probe' || code === 'unknown-binary';
    if (missing && config.missingProbes === 'ignore') continue;
    if (severity === 'warning' || (missing && config.missingProbes === 'warn')) {
      names.diagnostics.warning(code, span, message, more);
    } else names.diagnostics.error(code, span, message, more);
  }
  return points;
}

/** `$1` within an attach point stands for a parameter of the script. */
function withParams(node: AttachPoint, { options }: ProbeNames): AttachPoint {
  if (!node.text.includes('$')) return node;
  const params = options.positionalParams ?? [];
  const fill = (text: string) =>
    text.replace(/\$(\d+|#)/g, (_, index: string) =>
      index === '#' ? `${params.length}` : (params[Number(index) - 1] ?? ''),
    );
  return { ...node, text: fill(node.text), parts: node.parts.map((one) => ({ ...one, text: fill(one.text) })) };
}

/** An iterator runs by itself, when it is read. */
function checkIterators(probes: readonly ResolvedProbe[], names: ProbeNames): void {
  const points = probes.flatMap((probe) => probe.points);
  const iterator = points.find((point) => point.provider === 'iter');
  if (!iterator || points.length === 1) return;
  names.diagnostics.error('invalid-probe', iterator.span, 'an iterator must be the only probe of its script');
}
