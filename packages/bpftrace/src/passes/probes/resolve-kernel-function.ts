import type { AttachPoint } from '../../syntax/ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import { globMatcher, isGlob } from './glob.ts';
import { parseNumber } from './parse-number.ts';
import type { ProbeNames, ProbePoint } from './probe-point.ts';
import { checkParts } from './probe-point.ts';
import type { Provider } from './provider.ts';
import { trampolineRefusal } from './trampoline-limits.ts';

/** `kprobe:[MODULE:]FUNCTION[+OFFSET]`, `kretprobe:[MODULE:]FUNCTION`; functions may be patterns. */
export function resolveKprobe(names: ProbeNames, node: AttachPoint, provider: Provider): ProbePoint[] {
  if (!checkParts(names, node, 1, 2, `${provider}:FUNCTION`)) return [];
  const last = node.parts.at(-1)!;
  const module = node.parts.length === 2 ? node.parts[0]!.text : undefined;
  const returns = provider === 'kretprobe';
  const [, name, offsetText] = /^(.*?)(?:\+(\w+))?$/s.exec(last.text)!;
  const offset = offsetText === undefined ? 0 : Number(parseNumber(offsetText) ?? Number.NaN);
  if (!Number.isSafeInteger(offset) || (offset !== 0 && (returns || isGlob(name!)))) {
    const hint = returns ? { hint: 'a kretprobe has no offset' } : { hint: 'write it as kprobe:FUNCTION+8' };
    names.diagnostics.error('invalid-probe', last.span, `"${last.text}" is no place in a function`, hint);
    return [];
  }
  if (/^\d/.test(name!)) {
    names.diagnostics.error('not-yet-supported', last.span, 'kprobes on addresses are not supported yet', {
      hint: 'name the function',
    });
    return [];
  }
  const suffix = offset === 0 ? '' : `+${offset}`;
  return functionsNamed(names, node, name!).map((fn) => ({
    provider,
    programType: 'kprobe',
    attach: { kind: 'kprobe', function: fn, offset, return: returns, ...(module !== undefined && { module }) },
    name: `${provider}:${module === undefined ? '' : `${module}:`}${fn}${suffix}`,
    span: node.span,
  }));
}

/** `fentry:[MODULE:]FUNCTION`, `fexit:…`: typed by BTF, which must know the function. */
export function resolveFentry(names: ProbeNames, node: AttachPoint, provider: Provider): ProbePoint[] {
  if (!checkParts(names, node, 1, 2, `${provider}:FUNCTION`)) return [];
  const last = node.parts.at(-1)!;
  const module = node.parts.length === 2 ? node.parts[0]!.text : 'vmlinux';
  const { btf } = names.facts;
  if (!btf || module === 'bpf') {
    const hint = { hint: `use ${provider === 'fentry' ? 'kprobe' : 'kretprobe'} instead` };
    if (btf) names.diagnostics.error('not-yet-supported', node.span, 'fentry of BPF programs is not supported yet');
    else
      names.diagnostics.error('missing-btf', node.span, `${provider} needs BTF, which this kernel does not have`, hint);
    return [];
  }
  const points: ProbePoint[] = [];
  for (const name of functionsNamed(names, node, last.text)) {
    const fn = btf.find(name, 'function');
    const proto = fn?.kind === 'function' ? btf.resolve(fn.protoId) : undefined;
    if (proto?.kind !== 'function-proto') {
      if (isGlob(last.text)) continue;
      names.diagnostics.error('missing-btf', last.span, `BTF does not know the function ${name}`, {
        hint: `use ${provider === 'fentry' ? 'kprobe' : 'kretprobe'}:${name}`,
      });
      continue;
    }
    const refusal = trampolineRefusal(btf, proto, names.facts);
    if (refusal !== undefined) {
      if (isGlob(last.text)) continue;
      names.diagnostics.error('invalid-probe', last.span, `${provider} is not possible here: ${name} ${refusal}`, {
        hint: `use ${provider === 'fentry' ? 'kprobe' : 'kretprobe'}:${name}`,
      });
      continue;
    }
    points.push({
      provider,
      programType: 'tracing',
      attach: {
        kind: 'tracing',
        at: provider === 'fentry' ? 'entry' : 'exit',
        function: name,
        ...(module !== 'vmlinux' && { module }),
      },
      name: `${provider}:${module}:${name}`,
      args: { kind: 'function', params: proto.params, ...(provider === 'fexit' && { returnId: proto.returnId }) },
      span: node.span,
    });
  }
  return points;
}

/**
 * The functions that a name or a pattern means: of those that the kernel lets be traced where it tells, else of those in BTF.
 * A single name that only kallsyms knows will do.
 */
function functionsNamed(names: ProbeNames, node: AttachPoint, pattern: string): string[] {
  const { facts } = names;
  const traceable = facts.kernelFunctions();
  if (isGlob(pattern))
    return [...new Set((traceable.length > 0 ? traceable : btfFunctions(names)).filter(globMatcher(pattern)))];
  const known =
    traceable.length > 0
      ? traceable.includes(pattern)
      : !facts.btf || facts.btf.find(pattern, 'function') || facts.kernelAddress(pattern) !== undefined;
  if (known) return [pattern];
  const candidates = traceable.length > 0 ? traceable : btfFunctions(names);
  const what = traceable.length > 0 ? 'traceable kernel function' : 'kernel function';
  const hint = didYouMean(pattern, candidates);
  names.diagnostics.error('unknown-probe', node.parts.at(-1)!.span, `there is no ${what} ${pattern}`, hint);
  return [];
}

function btfFunctions({ facts }: ProbeNames): string[] {
  const found: string[] = [];
  if (facts.btf) for (const type of facts.btf.allOf('function')) if (type.kind === 'function') found.push(type.name);
  return found;
}
