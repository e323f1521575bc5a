import type { TypedExpression, TypedStatement } from './tree.ts';

export interface TypedChildren {
  readonly expressions: readonly TypedExpression[];
  readonly statements: readonly TypedStatement[];
}

const NO_STATEMENTS: readonly TypedStatement[] = [];

/** What an expression is made of, in the order of evaluation. */
export function childrenOfExpression(e: TypedExpression): TypedChildren {
  switch (e.kind) {
    case 'block-value':
      return { expressions: [e.value], statements: e.statements };
    case 'extract':
      return only(e.object, e.index?.value);
    case 'choice':
      return only(e.condition, e.then, e.otherwise);
    case 'tuple':
      return only(...e.elements);
    case 'record':
      return only(...e.fields);
    case 'helper':
      return only(...e.args);
    case 'unary':
    case 'cast':
    case 'bswap':
    case 'string-length':
      return only(e.operand);
    case 'binary':
    case 'logical':
    case 'string-compare':
      return only(e.left, e.right);
    case 'string-contains':
      return only(e.haystack, e.needle);
    case 'map':
    case 'has-key':
    case 'delete':
      return only(e.key);
    case 'map-update':
      return only(e.key, e.delta);
    case 'variable-update':
      return only(e.delta);
    case 'load':
    case 'symbol':
      return only(e.address);
    case 'read-string':
    case 'read-buffer':
      return only(e.address, e.length);
    case 'buffer-of':
      return only(e.operand, e.length);
    case 'ntop':
      return only(e.family, e.address);
    case 'in-target':
      return only(e.task);
    default:
      return only();
  }
}

/** What a statement is made of. */
export function childrenOfStatement(s: TypedStatement): TypedChildren {
  switch (s.kind) {
    case 'evaluate':
      return only(s.expression);
    case 'assign-variable':
    case 'print-value':
      return only(s.value);
    case 'assign-map':
    case 'aggregate':
      return only(s.key, s.value);
    case 'printf':
    case 'cat':
    case 'system':
      return only(...s.args);
    case 'print-entry':
      return only(s.key);
    case 'join':
      return only(s.address);
    case 'exit':
      return only(s.code);
    case 'if':
      return { expressions: [s.condition], statements: [...s.then, ...s.otherwise] };
    case 'for-range':
      return { expressions: [s.start, s.end], statements: s.body };
    case 'for-map':
      return { expressions: [], statements: s.body };
    case 'while':
      return { expressions: [s.condition], statements: s.body };
    case 'return':
      return only(s.value);
    default:
      return only();
  }
}

/** Every expression and statement below the given ones, themselves included, parents first. */
export function* walk(
  statements: readonly TypedStatement[],
  expressions: readonly TypedExpression[] = [],
): Generator<TypedStatement | TypedExpression> {
  for (const e of expressions) {
    yield e;
    const children = childrenOfExpression(e);
    yield* walk(children.statements, children.expressions);
  }
  for (const s of statements) {
    yield s;
    const children = childrenOfStatement(s);
    yield* walk(children.statements, children.expressions);
  }
}

function only(...expressions: (TypedExpression | undefined)[]): TypedChildren {
  return { expressions: expressions.filter((e) => e !== undefined), statements: NO_STATEMENTS };
}
