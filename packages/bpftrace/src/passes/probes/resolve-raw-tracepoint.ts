import type { BtfTypes } from '@waggle/bpf/btf';
import type { AttachPoint } from '../../syntax/ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import { globMatcher, isGlob } from './glob.ts';
import type { ProbeNames, ProbePoint } from './probe-point.ts';
import { checkParts } from './probe-point.ts';

/** The kernel names the handlers of each raw tracepoint with a typedef: include/trace/bpf_probe.h. */
const TYPEDEF = 'btf_trace_';

/** Since Linux 6.4, and since 5.10. */
const NAMED = ['__probestub_', '__traceiter_'] as const;

/**
 * `rawtracepoint:[MODULE:]EVENT`. Typed by BTF where that knows the event; else a plain raw tracepoint, whose arguments are
 * `arg0`, `arg1`, ….
 */
export function resolveRawTracepoint(names: ProbeNames, node: AttachPoint): ProbePoint[] {
  if (!checkParts(names, node, 1, 2, 'rawtracepoint:EVENT')) return [];
  const { facts } = names;
  const module = node.parts.length === 2 ? node.parts[0]!.text : 'vmlinux';
  const last = node.parts.at(-1)!;
  if (isGlob(last.text)) {
    const matches = globMatcher(last.text);
    return eventNames(names)
      .filter(matches)
      .map((event) => pointOf(names, node, module, event));
  }
  const known = protoOf(facts.btf, last.text) || facts.tracepoints()?.some((name) => name.endsWith(`:${last.text}`));
  if (known) return [pointOf(names, node, module, last.text)];
  const hint = didYouMean(last.text, eventNames(names));
  names.diagnostics.error('unknown-probe', last.span, `there is no raw tracepoint ${last.text}`, hint);
  return [];
}

function pointOf(names: ProbeNames, node: AttachPoint, module: string, event: string): ProbePoint {
  const proto = protoOf(names.facts.btf, event);
  const inModule = module === 'vmlinux' ? {} : { module };
  return {
    provider: 'rawtracepoint',
    programType: proto ? 'tracing' : 'raw-tracepoint',
    attach: { kind: 'raw-tracepoint', name: event, btf: proto !== undefined, ...inModule },
    name: `rawtracepoint:${module}:${event}`,
    ...(proto && { args: { kind: 'function' as const, params: proto.params.slice(1) } }),
    span: node.span,
  };
}

/**
 * `typedef void (*btf_trace_EVENT)(void *, …)`: its first parameter is the tracepoint's own data. The typedef may have lost the
 * parameters' names; the functions that the kernel makes of the same event have them (include/linux/tracepoint.h).
 */
function protoOf(btf: BtfTypes | undefined, event: string) {
  const typedef = btf?.find(TYPEDEF + event, 'typedef');
  if (!btf || typedef?.kind !== 'typedef') return undefined;
  const pointer = btf.resolve(typedef.typeId);
  const proto = pointer.kind === 'pointer' ? btf.resolve(pointer.typeId) : undefined;
  if (proto?.kind !== 'function-proto') return undefined;
  if (proto.params.every(({ name }) => name !== '')) return proto;
  for (const prefix of NAMED) {
    const named = btf.find(prefix + event, 'function');
    const twin = named?.kind === 'function' ? btf.resolve(named.protoId) : undefined;
    if (twin?.kind === 'function-proto' && twin.params.length === proto.params.length) return twin;
  }
  return proto;
}

function eventNames({ facts }: ProbeNames): string[] {
  const found: string[] = [];
  if (facts.btf) {
    for (const type of facts.btf.allOf('typedef')) {
      if (type.kind === 'typedef' && type.name.startsWith(TYPEDEF)) found.push(type.name.slice(TYPEDEF.length));
    }
  }
  if (found.length > 0) return found;
  return (facts.tracepoints() ?? []).map((name) => name.slice(name.indexOf(':') + 1));
}
