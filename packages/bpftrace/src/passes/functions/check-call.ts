import type { Call } from '../../syntax/ast.ts';
import type { TypedExpression, TypedStatement } from '../../typed/tree.ts';
import { didYouMean } from '../did-you-mean.ts';
import { AGGREGATE_NAMES, type AggregateName, isAggregateCall } from '../typing/aggregates.ts';
import { argument, checkCount } from '../typing/arguments.ts';
import type { TypingContext } from '../typing/context.ts';
import { errorExpression, fail } from '../typing/context.ts';
import { CONVERSION_FUNCTIONS } from './conversions.ts';
import type { FunctionRule, FunctionTable } from './function-rule.ts';
import { MAP_FUNCTIONS } from './map-functions.ts';
import { OUTPUT_FUNCTIONS } from './output.ts';
import { STRING_FUNCTIONS } from './strings.ts';
import { SYMBOL_FUNCTIONS } from './symbols.ts';
import { TASK_FUNCTIONS } from './tasks.ts';

const FUNCTIONS = {
  ...OUTPUT_FUNCTIONS,
  ...MAP_FUNCTIONS,
  ...STRING_FUNCTIONS,
  ...SYMBOL_FUNCTIONS,
  ...CONVERSION_FUNCTIONS,
  ...TASK_FUNCTIONS,
} satisfies FunctionTable;

/** Functions of bpftrace that this compiler knows of and cannot do yet. */
const NOT_YET = [
  'assert', 'assert_str', 'container_of', 'debugf', 'errorf', 'fail', 'find', 'getopt', 'is_err', 'is_ptr', 'is_str', 'kfunc_allowed',
  'kfunc_exist', 'macaddr_str', 'memcmp', 'override', 'percpu_kaddr', 'ptr_err', 'signal_name', 'skboutput',
  'socket_cookie', 'static_assert', 'str_concat', 'strcap', 'strstr', 'syscall_name', 'tseries', 'unwatch', 'warnf',
  'write_user', 'comm', 'pid', 'tid', 'ppid',
] as const; // biome-ignore format: a table

/** Functions of the language that this compiler knows of, those that it cannot do yet among them. */
export type FunctionName = keyof typeof FUNCTIONS | AggregateName | (typeof NOT_YET)[number];

export const FUNCTION_NAMES: readonly string[] = [...Object.keys(FUNCTIONS), ...AGGREGATE_NAMES, ...NOT_YET];

/** A call in the place of a value. */
export function checkCall(ctx: TypingContext, call: Call): TypedExpression {
  const rule = ruleOf(ctx, call);
  if (!rule) return errorExpression(call.span);
  if (rule.gives === 'value') return rule.check(ctx, call);
  return fail(ctx, 'no-value', call.span, `${call.name.text}() gives no value`, {
    hint: 'write it as a statement of its own',
  });
}

/** A call as a statement of its own. */
export function checkCallStatement(ctx: TypingContext, call: Call): TypedStatement | undefined {
  const rule = ruleOf(ctx, call);
  if (!rule) return undefined;
  if (rule.gives === 'nothing') return rule.check(ctx, call);
  const expression = rule.check(ctx, call);
  if (expression.type.kind === 'error') return undefined;
  if (expression.kind !== 'delete' && expression.kind !== 'helper') {
    ctx.diagnostics.warning('unused-value', call.span, `the value of ${call.name.text}() is not used`);
  }
  return { kind: 'evaluate', expression, span: call.span };
}

/** The function's rule, where it exists, is allowed and has the right number of arguments. */
function ruleOf(ctx: TypingContext, call: Call): FunctionRule | undefined {
  const name = call.name.text;
  const rule: FunctionRule | undefined = Object.hasOwn(FUNCTIONS, name)
    ? FUNCTIONS[name as keyof typeof FUNCTIONS]
    : undefined;
  if (!rule) {
    unknownFunction(ctx, call);
    return undefined;
  }
  if (rule.unsafe && !ctx.options.unsafe && !ctx.options.confined) {
    fail(ctx, 'unsafe', call.name.span, `${name}() is unsafe`, { hint: 'allow it with --unsafe' });
    return undefined;
  }
  return checkCount(ctx, call, rule.min, rule.max) ? rule : undefined;
}

function unknownFunction(ctx: TypingContext, call: Call): void {
  const { text, span } = call.name;
  for (const [i, arg] of call.args.entries())
    if (arg.kind !== 'type' && arg.kind !== 'identifier') argument(ctx, call, i);
  if (isAggregateCall(text)) {
    fail(ctx, 'misplaced-aggregate', call.span, `${text}() must be assigned to a map`, {
      hint: `as in @x = ${text}(…)`,
    });
  } else if ((NOT_YET as readonly string[]).includes(text)) {
    fail(ctx, 'not-yet-supported', span, `${text}() is not supported yet`);
  } else {
    const names = [...Object.keys(FUNCTIONS), ...AGGREGATE_NAMES];
    fail(ctx, 'unknown-function', span, `unknown function ${text}()`, didYouMean(text, names));
  }
}
