import type { Span } from '../../source/span.ts';
import type { Builtin, TypedExpression } from '../../typed/tree.ts';
import type { PointerType, Type } from '../../types/type.ts';
import { BOOL, NONE, UINT8, UINT32, UINT64 } from '../../types/type.ts';
import { didYouMean } from '../did-you-mean.ts';
import { integer, string } from './constants.ts';
import type { TypingContext } from './context.ts';
import { fail } from './context.ts';
import { contextPointer } from './context-pointer.ts';
import { convert } from './convert.ts';
import { IDENTITY_BUILTINS, readIdentity } from './identity.ts';
import { accessMember } from './members.ts';
import { noArgs, numberedArgument, register, returnValue } from './probe-args.ts';
import { typeOfBtf } from './type-of-btf.ts';

type Rule = (ctx: TypingContext, span: Span) => TypedExpression;

function plain(name: Builtin['name'], type: Type): Rule {
  return (_, span) => ({ kind: 'builtin', name, type, span });
}

function stack(kind: 'kstack' | 'ustack'): Rule {
  return (ctx, span) => ({ kind: 'stack', type: { kind, mode: ctx.config.stackMode, limit: 127 }, span });
}

const BUILTINS = {
  pid: plain('pid', UINT32),
  tid: plain('tid', UINT32),
  uid: plain('uid', UINT32),
  gid: plain('gid', UINT32),
  cpu: plain('cpu', UINT32),
  comm: plain('comm', { kind: 'string', sizeBytes: 16 }),
  cgroup: plain('cgroup', UINT64),
  // The clock that goes on while the machine sleeps, as in bpftrace.
  nsecs: plain('nsecs_boot', UINT64),
  elapsed: plain('elapsed', UINT64),
  rand: plain('rand', UINT32),
  numaid: plain('numaid', UINT32),
  jiffies: plain('jiffies', UINT64),
  kstack: stack('kstack'),
  ustack: stack('ustack'),
  curtask: (ctx, span) => ({ kind: 'builtin', name: 'curtask', type: taskPointer(ctx), span }),
  ppid: (ctx, span) => convert(parent(ctx, 'tgid', span), UINT32),
  pcomm: (ctx, span) => parent(ctx, 'comm', span),
  cpid: (ctx, span) => {
    if (ctx.options.childPid === undefined)
      ctx.diagnostics.warning('no-child', span, 'cpid is 0: no command was started');
    return integer(BigInt(ctx.options.childPid ?? 0), UINT64, span);
  },
  ncpus: (ctx, span) => integer(BigInt(ctx.facts.cpus.online), UINT64, span),
  username: (_, span) => {
    const operand: TypedExpression = { kind: 'builtin', name: 'uid', type: UINT32, span };
    return { kind: 'cast', operand, type: { kind: 'username' }, span };
  },
  probe: (ctx, span) => string(ctx.probe.points[0]!.name, span),
  func: probedFunction,
  ctx: (ctx, span) => {
    if (ctx.probe.phase === 'other') return contextPointer(ctx, span);
    return fail(ctx, 'invalid-builtin', span, `${ctx.probe.provider} probes have no ctx`);
  },
  args: noArgs,
  retval: returnValue,
  usermode: (ctx, span) => {
    if (ctx.probe.programType === 'perf-event') return inUserMode(ctx, span);
    return fail(ctx, 'invalid-builtin', span, `${ctx.probe.provider} probes have no usermode`, {
      hint: 'profile, interval and software have it',
    });
  },
} satisfies Readonly<Record<string, Rule>>;

/** Names that are values by themselves, `arg0` to `arg9` aside. */
export type BuiltinName = keyof typeof BUILTINS | (typeof IDENTITY_BUILTINS)[number];

export const BUILTIN_NAMES: readonly string[] = [...Object.keys(BUILTINS), ...IDENTITY_BUILTINS];

/** A bare name: a builtin, or a constant of an enum. A script may have constants that are called `node` or `pod`. */
export function checkIdentifier(ctx: TypingContext, name: string, span: Span): TypedExpression {
  const rule: Rule | undefined = Object.hasOwn(BUILTINS, name) ? BUILTINS[name as keyof typeof BUILTINS] : undefined;
  if (rule) return rule(ctx, span);
  const identity = ctx.definitions.constants.has(name) ? undefined : IDENTITY_BUILTINS.find((one) => one === name);
  if (identity) return readIdentity(ctx, { kind: identity }, span);
  const numbered = /^arg(\d)$/.exec(name);
  if (numbered) return numberedArgument(ctx, Number(numbered[1]), span);
  if (/^sarg\d$/.test(name)) {
    return fail(ctx, 'removed', span, `${name} is no longer part of the language`, { hint: 'use *(reg("sp") + 8)' });
  }
  return enumerator(ctx, name, span) ?? unknownName(ctx, name, span);
}

function enumerator(ctx: TypingContext, name: string, span: Span): TypedExpression | undefined {
  const own = ctx.definitions.constants.get(name);
  if (own) return integer(own.value, own.type, span);
  const { btf } = ctx.facts;
  const found = btf?.enumerator(name);
  if (!btf || !found) return undefined;
  const type = typeOfBtf(btf, found.type.id, 'kernel');
  return type.kind === 'int' ? integer(found.value, type, span) : undefined;
}

function unknownName(ctx: TypingContext, name: string, span: Span): TypedExpression {
  const names = [...BUILTIN_NAMES, ...ctx.definitions.constants.keys()];
  const inScope = ctx.scopes.names.includes(`$${name}`) ? { hint: `did you mean $${name}?` } : undefined;
  const aMap = ctx.environment.findMap(`@${name}`)?.value ? { hint: `did you mean @${name}?` } : undefined;
  return fail(ctx, 'unknown-name', span, `unknown name ${name}`, inScope ?? aMap ?? didYouMean(name, names));
}

/** `struct task_struct *`, from BTF or from the script. */
export function taskPointer(ctx: TypingContext): PointerType {
  const own = ctx.definitions.types.get('struct task_struct');
  const { btf } = ctx.facts;
  const found = btf?.find('task_struct', 'struct');
  const to = own ?? (btf && found ? typeOfBtf(btf, found.id, 'kernel') : NONE);
  return { kind: 'pointer', to, space: 'kernel' };
}

function parent(ctx: TypingContext, member: string, span: Span): TypedExpression {
  const task = BUILTINS.curtask(ctx, span);
  const real = accessMember(ctx, task, { text: 'real_parent', span }, span);
  return accessMember(ctx, real, { text: member, span }, span);
}

/** `func`: where an event of a function came from, as a symbol. */
function probedFunction(ctx: TypingContext, span: Span): TypedExpression {
  const { provider } = ctx.probe;
  switch (provider) {
    case 'kprobe':
    case 'kretprobe':
    case 'fentry':
    case 'fexit':
      return {
        kind: 'symbol',
        address: { kind: 'builtin', name: 'func_ip', type: UINT64, span },
        type: { kind: 'ksym' },
        span,
      };
    case 'uprobe':
      return {
        kind: 'symbol',
        address: register(ctx, ctx.facts.architecture === 'x64' ? 'ip' : 'pc', span),
        type: { kind: 'usym' },
        span,
      };
    case 'uretprobe':
      return {
        kind: 'symbol',
        address: { kind: 'builtin', name: 'func_ip', type: UINT64, span },
        type: { kind: 'usym' },
        span,
      };
    default:
      return fail(ctx, 'invalid-builtin', span, `${provider} probes have no func`, {
        hint: 'probe gives the name of the probe',
      });
  }
}

/** The privilege level in `cs` (x86), the exception level in `pstate` (arm64). */
function inUserMode(ctx: TypingContext, span: Span): TypedExpression {
  const [name, mask, user] =
    ctx.facts.architecture === 'x64' ? (['cs', 3n, 3n] as const) : (['pstate', 15n, 0n] as const);
  const left: TypedExpression = {
    kind: 'binary',
    operator: '&',
    left: register(ctx, name, span),
    right: integer(mask, UINT64, span),
    type: UINT64,
    span,
  };
  const right = integer(user, UINT64, span);
  return {
    kind: 'cast',
    operand: { kind: 'binary', operator: '==', left, right, type: BOOL, span },
    type: UINT8,
    span,
  };
}
