import type { Call } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import { BOOL, INT64, UINT32, UINT64 } from '../../types/type.ts';
import { didYouMean } from '../did-you-mean.ts';
import { argument, literalString } from '../typing/arguments.ts';
import { taskPointer } from '../typing/builtins.ts';
import { constantInt } from '../typing/constants.ts';
import type { TypingContext } from '../typing/context.ts';
import { errorExpression, fail, isError } from '../typing/context.ts';
import { convert } from '../typing/convert.ts';
import { readIdentity } from '../typing/identity.ts';
import type { FunctionTable } from './function-rule.ts';
import { value } from './function-rule.ts';

/** Functions about the current task, and about the target. */
export const TASK_FUNCTIONS = {
  in_target: value(0, 1, checkInTarget),
  label: value(1, 1, checkLabel),
  signal: { ...value(1, 1, (ctx, call) => sendSignal(ctx, call, 'send_signal')), unsafe: true },
  signal_thread: { ...value(1, 1, (ctx, call) => sendSignal(ctx, call, 'send_signal_thread')), unsafe: true },
  cgroupid: value(1, 1, (ctx, call) =>
    notYet(ctx, call, 'compare cgroup with the id, or cgroup_path(cgroup) with the path'),
  ),
  path: value(1, 2, (ctx, call) => notYet(ctx, call)),
} satisfies FunctionTable;

function notYet(ctx: TypingContext, call: Call, hint?: string): TypedExpression {
  return fail(
    ctx,
    'not-yet-supported',
    call.name.span,
    `${call.name.text}() is not supported yet`,
    hint ? { hint } : {},
  );
}

/** `in_target()`, `in_target(task)`: waggle's own. The probe then does its own filtering. */
function checkInTarget(ctx: TypingContext, call: Call): TypedExpression {
  ctx.seen.inTarget = true;
  const task = call.args.length > 0 ? argument(ctx, call, 0) : undefined;
  if (task && isError(task)) return task;
  if (task && (task.type.kind !== 'pointer' || task.type.to.kind !== 'struct' || task.type.to.name !== 'task_struct')) {
    return fail(
      ctx,
      'type-mismatch',
      task.span,
      `in_target() needs a struct task_struct *, not ${printType(task.type)}`,
      {
        hint: 'cast it, as in in_target((struct task_struct *)x)',
      },
    );
  }
  if (task && taskPointer(ctx).to.kind === 'none')
    return fail(ctx, 'missing-btf', call.span, 'in_target(task) needs BTF');
  return { kind: 'in-target', ...(task && { task }), type: BOOL, span: call.span };
}

/** `label("app")`: waggle's own. Any key will do: what pods do not have is `<none>`. */
function checkLabel(ctx: TypingContext, call: Call): TypedExpression {
  const key = literalString(ctx, call, 0);
  if (key === undefined) return errorExpression(call.span);
  if (key === '') return fail(ctx, 'invalid-argument', call.args[0]!.span, 'label() needs the key of a label');
  return readIdentity(ctx, { kind: 'label', key }, call.span);
}

/** Numbers of signals, include/uapi/asm-generic/signal.h. */
const SIGNALS: Readonly<Record<string, bigint>> = {
  HUP: 1n, INT: 2n, QUIT: 3n, ILL: 4n, TRAP: 5n, ABRT: 6n, BUS: 7n, FPE: 8n, KILL: 9n, USR1: 10n, SEGV: 11n, USR2: 12n,
  PIPE: 13n, ALRM: 14n, TERM: 15n, STKFLT: 16n, CHLD: 17n, CONT: 18n, STOP: 19n, TSTP: 20n, TTIN: 21n, TTOU: 22n,
  URG: 23n, XCPU: 24n, XFSZ: 25n, VTALRM: 26n, PROF: 27n, WINCH: 28n, IO: 29n, PWR: 30n, SYS: 31n,
}; // biome-ignore format: a table

/** `signal("KILL")`, `signal(9)` */
function sendSignal(ctx: TypingContext, call: Call, helper: 'send_signal' | 'send_signal_thread'): TypedExpression {
  const given = argument(ctx, call, 0);
  if (isError(given)) return given;
  let number = given;
  if (given.type.kind === 'string') {
    const name = literalString(ctx, call, 0);
    if (name === undefined) return errorExpression(call.span);
    const known = SIGNALS[name.toUpperCase().replace(/^SIG/, '')];
    if (known === undefined) {
      return fail(
        ctx,
        'invalid-argument',
        given.span,
        `unknown signal "${name}"`,
        didYouMean(name, Object.keys(SIGNALS)),
      );
    }
    number = { kind: 'integer', value: known, type: UINT32, span: given.span };
  } else if (given.type.kind !== 'int') {
    return fail(ctx, 'type-mismatch', given.span, `signal() needs a name or a number, not ${printType(given.type)}`);
  }
  const constant = constantInt(number);
  if (constant !== undefined && (constant < 1n || constant > 64n)) {
    return fail(ctx, 'invalid-argument', given.span, `signals are 1 to 64, not ${constant}`);
  }
  return { kind: 'helper', helper, args: [convert(number, UINT64)], type: INT64, span: call.span };
}
