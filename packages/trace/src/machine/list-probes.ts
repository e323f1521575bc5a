import { printDeclaration, printType } from '@waggle/bpf/btf';
import { parseTracepointFormat } from '@waggle/bpftrace';
import type { MachineFacts } from './machine-facts.ts';

const TIMERS = [
  'interval:hz:1',
  'interval:ms:1',
  'interval:s:1',
  'interval:us:1',
  'profile:hz:1',
  'profile:ms:1',
  'profile:s:1',
  'profile:us:1',
];
const SOFTWARE = [
  'alignment-faults',
  'bpf-output',
  'context-switches',
  'cpu-clock',
  'cpu-migrations',
  'dummy',
  'emulation-faults',
  'major-faults',
  'minor-faults',
  'page-faults',
  'task-clock',
];

const RAW_TYPEDEF = 'btf_trace_';
const ITERATOR = 'bpf_iter_';

/**
 * Names of the places of this machine where a script can attach, group by group, each in alphabetical order: `BEGIN` and `END`, iterators, functions
 * of the kernel (where it tells which can be traced), raw tracepoints, software events, timers, tracepoints. Functions of user programs are
 * not among them: there are too many files.
 */
export function* listProbes(facts: MachineFacts): Generator<string> {
  yield* ['BEGIN', 'END'];
  yield* functionNames(facts, ITERATOR).map((name) => `iter:${name}`);
  const functions = [...facts.kernelFunctions()].sort();
  for (const kind of ['fentry', 'fexit', 'kprobe', 'kretprobe']) for (const name of functions) yield `${kind}:${name}`;
  yield* typedefNames(facts, RAW_TYPEDEF).map((name) => `rawtracepoint:${name}`);
  yield* SOFTWARE.map((name) => `software:${name}`);
  yield* TIMERS;
  yield* [...(facts.tracepoints() ?? [])].sort().map((name) => `tracepoint:${name}`);
}

/** What a probe gives its script: a C declaration each. Empty where nothing is known of it. */
export function probeArguments(facts: MachineFacts, probe: string): string[] {
  const [kind, first, second] = probe.split(':');
  switch (kind) {
    case 'tracepoint':
      return tracepointFields(facts, first!, second!);
    case 'rawtracepoint':
      // The typedef may have lost the names; the functions that the kernel makes of the same event have them.
      return (
        [`__probestub_${first}`, `__traceiter_${first}`, `${RAW_TYPEDEF}${first}`]
          .map((name) => parameters(facts, name, 1))
          .find((list) => list.length > 0) ?? []
      );
    case 'fentry':
    case 'kprobe':
      return parameters(facts, first!, 0);
    case 'fexit':
    case 'kretprobe':
      return [...parameters(facts, first!, 0), ...returnValue(facts, first!)];
    case 'iter':
      return contextMembers(facts, `bpf_iter__${first}`);
    default:
      return [];
  }
}

function tracepointFields(facts: MachineFacts, category: string, name: string): string[] {
  const format = parseTracepointFormat(facts.tracepointFormat(category, name) ?? '');
  return (format?.fields ?? []).map(({ type, name: field, length }) => {
    const suffix = length === undefined ? '' : `[${length === 0 ? '' : length}]`;
    return `${type}${type.endsWith('*') ? '' : ' '}${field}${suffix}`;
  });
}

/** Of the function or function typedef of that name, from parameter `skip` on. */
function parameters(facts: MachineFacts, name: string, skip: number): string[] {
  const types = facts.btf;
  const proto = protoOf(facts, name);
  if (types === undefined || proto === undefined) return [];
  return proto.params.slice(skip).map((param) => printDeclaration(types, param.typeId, param.name));
}

function returnValue(facts: MachineFacts, name: string): string[] {
  const types = facts.btf;
  const proto = protoOf(facts, name);
  return types === undefined || proto === undefined ? [] : [`${printType(types, proto.returnId)} retval`];
}

function protoOf(facts: MachineFacts, name: string) {
  const types = facts.btf;
  const found = types?.find(name, 'function', 'typedef');
  if (types === undefined || found === undefined) return undefined;
  let proto = types.resolve(found.kind === 'function' ? found.protoId : found.id);
  if (proto.kind === 'pointer') proto = types.resolve(proto.typeId);
  return proto.kind === 'function-proto' ? proto : undefined;
}

function contextMembers(facts: MachineFacts, name: string): string[] {
  const types = facts.btf;
  const context = types?.find(name, 'struct');
  if (types === undefined || context?.kind !== 'struct') return [];
  const members = context.members.flatMap((member) => {
    const type = types.resolve(member.typeId);
    return member.name === '' && (type.kind === 'union' || type.kind === 'struct') ? type.members : [member];
  });
  return members
    .filter(({ name: member }) => member !== 'meta')
    .map((member) => printDeclaration(types, member.typeId, member.name));
}

function typedefNames({ btf }: MachineFacts, prefix: string): string[] {
  return namesOf(btf?.allOf('typedef') ?? [], prefix);
}

/** Iterators are functions of which the kernel exports nothing but the type; the names of their contexts have two underscores. */
function functionNames({ btf }: MachineFacts, prefix: string): string[] {
  return namesOf(btf?.allOf('function') ?? [], prefix).filter(
    (name) => btf?.find(`bpf_iter__${name}`, 'struct') !== undefined,
  );
}

function namesOf(types: Iterable<{ readonly kind: string; readonly name?: string }>, prefix: string): string[] {
  const names = new Set<string>();
  for (const { name } of types) if (name?.startsWith(prefix)) names.add(name.slice(prefix.length));
  return [...names].sort();
}
