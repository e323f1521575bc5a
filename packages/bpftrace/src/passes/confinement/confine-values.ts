import type { KernelFacts } from '../../facts/kernel-facts.ts';
import type { SourceText } from '../../source/source-text.ts';
import type { Builtin, ContextLoad, TypedExpression, TypedProbe, TypedStatement } from '../../typed/tree.ts';
import { childrenOfExpression, childrenOfStatement } from '../../typed/typed-children.ts';
import { registersOf } from '../typing/registers.ts';
import { isOwnArgument } from './own-arguments.ts';
import type { Refusal, Refusals } from './refusal.ts';
import { RULES } from './rules.ts';

/** What a value reaches: nothing that needs care, the task that runs, or what a confined script may not have. */
type Reach = 'anywhere' | 'of-the-task' | Refusal;

/** What the typed tree may ask of the kernel by name; the script's names have become these. */
const BUILTIN_REACH: Readonly<Record<Builtin['name'], Reach>> = {
  pid: 'of-the-task',
  tid: 'of-the-task',
  uid: 'of-the-task',
  gid: 'of-the-task',
  comm: 'of-the-task',
  cgroup: 'of-the-task',
  cpu: 'anywhere',
  numaid: 'anywhere',
  rand: 'anywhere',
  nsecs: 'anywhere',
  nsecs_boot: 'anywhere',
  nsecs_tai: 'anywhere',
  nsecs_sw_tai: 'anywhere',
  elapsed: 'anywhere',
  jiffies: 'anywhere',
  curtask: RULES.kernelPointer,
  ctx: RULES.context,
  func_ip: RULES.registers,
};

/** The script, and the kernel that it is for. */
export interface ScriptInput {
  readonly source: SourceText;
  readonly facts: KernelFacts;
}

/**
 * Walks through what a probe does, and refuses each value that reaches beyond the target, however the script came by it.
 *
 * What is not known to be harmless does not compile here: a new kind of expression needs its line.
 */
export function confineValues(probe: TypedProbe, { facts, source }: ScriptInput, refusals: Refusals): void {
  const { guard, predicate, body } = probe;
  const visit = (e: TypedExpression): void => {
    const reach = e.kind === 'context-load' ? contextReach(e, probe, facts) : reachOf(e);
    const refused = reach === 'of-the-task' ? (guard === 'none' ? RULES.noTask : undefined) : reach;
    if (refused !== undefined && refused !== 'anywhere') refusals.refuse(refused, e.span, source.slice(e.span));
    // The place of an argument is in the context, which the script does not get to see.
    if (e.kind === 'load' && isOwnArgument(e)) return;
    const { expressions, statements } = childrenOfExpression(e);
    expressions.forEach(visit);
    statements.forEach(visitStatement);
  };
  const visitStatement = (s: TypedStatement): void => {
    const refused = reachOfStatement(s);
    if (refused === 'of-the-task' && guard === 'none') refusals.refuse(RULES.noTask, s.span, source.slice(s.span));
    else if (typeof refused === 'object') refusals.refuse(refused, s.span, source.slice(s.span));
    const { expressions, statements } = childrenOfStatement(s);
    expressions.forEach(visit);
    statements.forEach(visitStatement);
  };
  if (predicate) visit(predicate);
  body.forEach(visitStatement);
}

/** Arguments of tracepoints; of the registers that the clock finds, only those that tell whether the process was at work itself (`usermode`). */
function contextReach(e: ContextLoad, { programType }: TypedProbe, { architecture }: KernelFacts): Reach {
  if (programType === 'tracepoint' || programType === 'tracing') {
    return reachOfRead(e);
  }
  const { offsets } = registersOf(architecture);
  const isMode = programType === 'perf-event' && (e.offset === offsets.cs || e.offset === offsets.pstate);
  return isMode ? 'of-the-task' : RULES.registers;
}

function reachOf(e: Exclude<TypedExpression, ContextLoad>): Reach {
  switch (e.kind) {
    case 'builtin':
      return BUILTIN_REACH[e.name];
    case 'identity':
      return 'of-the-task';
    case 'load':
      return e.space === 'user' || isOwnArgument(e) ? reachOfRead(e) : RULES.kernelMemory;
    case 'read-string':
    case 'read-buffer':
      return e.space === 'user' ? 'of-the-task' : RULES.kernelMemory;
    case 'stack':
      return e.type.kind === 'kstack' && e.type.mode !== 'bpftrace' ? RULES.kernelAddress : 'of-the-task';
    case 'symbol':
      return e.type.kind === 'usym' ? 'of-the-task' : RULES.kernelAddress;
    case 'cast':
      return castReach(e);
    case 'helper':
      return RULES.unsafe;
    case 'in-target':
      return RULES.inTarget;
    case 'integer':
    case 'string':
    case 'bytes':
    case 'interned':
    case 'variable':
    case 'map':
    case 'has-key':
    case 'map-length':
    case 'delete':
    case 'unary':
    case 'binary':
    case 'logical':
    case 'string-compare':
    case 'string-contains':
    case 'string-length':
    case 'choice':
    case 'extract':
    case 'tuple':
    case 'record':
    case 'variable-update':
    case 'map-update':
    case 'buffer-of':
    case 'ntop':
    case 'bswap':
    case 'block-value':
      return 'anywhere';
    default:
      return e satisfies never;
  }
}

/** What was read may be a pointer of the kernel itself. */
function reachOfRead(e: TypedExpression): Reach {
  return e.type.kind === 'pointer' && e.type.space !== 'user' ? RULES.kernelPointer : 'of-the-task';
}

/** Numbers that user space shows by a name of the node. */
function castReach(e: TypedExpression & { readonly kind: 'cast' }): Reach {
  if (e.type.kind === 'username') return RULES.hostNames;
  if (e.type.kind !== 'cgroup-path') return 'anywhere';
  return e.operand.kind === 'builtin' && e.operand.name === 'cgroup' ? 'of-the-task' : RULES.hostNames;
}

function reachOfStatement(s: TypedStatement): Reach {
  switch (s.kind) {
    case 'join':
      return s.space === 'user' ? 'of-the-task' : RULES.kernelMemory;
    case 'cat':
      return RULES.hostFile;
    case 'system':
      return RULES.unsafe;
    case 'evaluate':
    case 'assign-variable':
    case 'assign-map':
    case 'aggregate':
    case 'printf':
    case 'print-value':
    case 'print-map':
    case 'print-entry':
    case 'clear-map':
    case 'zero-map':
    case 'time':
    case 'exit':
    case 'if':
    case 'for-range':
    case 'for-map':
    case 'while':
    case 'return':
    case 'break':
    case 'continue':
      return 'anywhere';
    default:
      return s satisfies never;
  }
}
