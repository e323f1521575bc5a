import type { BlockExpression, Expression, IfExpression, MapRef, TypeSyntax } from './ast.ts';
import { binaryPrecedence } from './precedence.ts';
import type { PrintContext } from './print-context.ts';

/** Above those of binary operators. */
const unaryPrecedence = 11;
const postfixPrecedence = 12;
const primaryPrecedence = 13;

/** The text of an expression that nothing around it can tear apart. */
export function printExpression(expression: Expression, context: PrintContext): string {
  const at = (operand: Expression, minimum: number) => printOperand(operand, minimum, context);
  switch (expression.kind) {
    case 'integer':
      return expression.text;
    case 'string':
      return printString(expression.value);
    case 'boolean':
      return String(expression.value);
    case 'identifier':
    case 'variable':
      return expression.name;
    case 'positional':
      return `$${expression.index}`;
    case 'positional-count':
      return '$#';
    case 'map':
      return printMapRef(expression, context);
    case 'call':
      return `${expression.name.text}(${expression.args.map((arg) => printTypeOrExpression(arg, context)).join(', ')})`;
    case 'unary':
      return prefix(expression.operator, at(expression.operand, unaryPrecedence));
    case 'update': {
      const { operator, target } = expression;
      if (expression.prefix) return prefix(operator, at(target, unaryPrecedence));
      return at(target, postfixPrecedence) + operator;
    }
    case 'binary': {
      const { operator, left, right } = expression;
      const own = binaryPrecedence[operator];
      return `${at(left, own)} ${operator} ${at(right, own + 1)}`;
    }
    case 'ternary': {
      const { condition, then, otherwise } = expression;
      const middle = then ? `? ${at(then, 0)} :` : '?:';
      return `${at(condition, 1)} ${middle} ${at(otherwise, 0)}`;
    }
    case 'if-expression':
      return printIfExpression(expression, context);
    case 'block-expression':
      return context.block(expression.block, context);
    case 'cast':
      return `(${printType(expression.type, context)})${at(expression.operand, unaryPrecedence)}`;
    case 'comptime':
      return `comptime ${at(expression.operand, unaryPrecedence)}`;
    case 'member':
      return `${at(expression.object, postfixPrecedence)}${expression.arrow ? '->' : '.'}${expression.name.text}`;
    case 'tuple-member':
      return `${at(expression.object, postfixPrecedence)}.${expression.index}`;
    case 'index': {
      // The brackets right behind a map hold its key.
      const isMap = expression.object.kind === 'map' && !expression.object.key;
      const object = at(expression.object, isMap ? primaryPrecedence + 1 : postfixPrecedence);
      return `${object}[${at(expression.index, 0)}]`;
    }
    case 'tuple': {
      const elements = expression.elements.map((element) => at(element, 0));
      return elements.length === 1 ? `(${elements[0]},)` : `(${elements.join(', ')})`;
    }
    case 'record':
      return `(${expression.fields.map(({ name, value }) => `${name.text} = ${at(value, 0)}`).join(', ')})`;
    case 'sizeof':
    case 'typeof':
    case 'typeinfo':
      return `${expression.kind}(${printTypeOrExpression(expression.operand, context)})`;
    case 'offsetof': {
      const path = expression.path.map(({ text }) => text).join('.');
      return `offsetof(${printTypeOrExpression(expression.operand, context)}, ${path})`;
    }
    case 'error':
      return '';
  }
}

/** How tightly an expression holds together. */
function precedence(expression: Expression): number {
  switch (expression.kind) {
    case 'ternary':
    case 'if-expression':
    case 'block-expression':
      return 0;
    case 'binary':
      return binaryPrecedence[expression.operator];
    case 'unary':
    case 'cast':
    case 'comptime':
      return unaryPrecedence;
    case 'update':
      return expression.prefix ? unaryPrecedence : postfixPrecedence;
    case 'member':
    case 'tuple-member':
    case 'index':
      return postfixPrecedence;
    default:
      return primaryPrecedence;
  }
}

function printOperand(expression: Expression, minimum: number, context: PrintContext): string {
  const text = printExpression(expression, context);
  return precedence(expression) < minimum ? `(${text})` : text;
}

/** `- -x` must not become `--x`, nor `& &x` `&&x`. */
function prefix(operator: string, operand: string): string {
  return operand.startsWith(operator[0]!) && operator !== '*' && operator !== '!' && operator !== '~'
    ? `${operator}(${operand})`
    : operator + operand;
}

function printMapRef({ name, key }: MapRef, context: PrintContext): string {
  if (!key) return name;
  const text = printExpression(key, context);
  return key.kind === 'tuple' && key.elements.length > 1 ? `${name}[${text.slice(1, -1)}]` : `${name}[${text}]`;
}

/** Left to right in a loop, as the parser reads chains of `else if`. */
function printIfExpression(expression: IfExpression, context: PrintContext): string {
  let text = '';
  let rest: Expression = expression;
  for (; rest.kind === 'if-expression'; rest = rest.otherwise) {
    const word = rest.comptime ? 'if comptime' : 'if';
    text += `${word} (${printExpression(rest.condition, context)}) ${printBranch(rest.then, context)} else `;
  }
  return text + printBranch(rest, context);
}

function printBranch(expression: Expression, context: PrintContext): string {
  return context.block(blockOf(expression).block, context);
}

function blockOf(expression: Expression): BlockExpression {
  if (expression.kind === 'block-expression') return expression;
  const { span } = expression;
  return { kind: 'block-expression', block: { kind: 'block', statements: [], value: expression, span }, span };
}

export function printTypeOrExpression(node: TypeSyntax | Expression, context: PrintContext): string {
  return node.kind === 'type' ? printType(node, context) : printExpression(node, context);
}

export function printType(type: TypeSyntax, context: PrintContext): string {
  return printDeclarator(type, '', context);
}

/** `struct foo *name[4]`; without a name, just the type. */
export function printDeclarator(type: TypeSyntax, name: string, context: PrintContext): string {
  const base = type.typeOf
    ? `typeof(${printTypeOrExpression(type.typeOf, context)})`
    : [type.tag, type.name].filter(Boolean).join(' ');
  const lengths = type.lengths.map((length) => `[${length ? printExpression(length, context) : ''}]`).join('');
  const declared = '*'.repeat(type.pointers) + name;
  return `${base}${declared === '' ? '' : ` ${declared}`}${lengths}`;
}

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/** A string literal with this value; see `string-bytes.ts` for bytes that are no text. */
export function printString(value: string): string {
  const body = value.replace(/["\\\u0000-\u001f\u007f\u{dc80}-\u{dcff}]/gu, (char) => {
    const byte = char.charCodeAt(0) & 0xff;
    return escapes[char] ?? `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `"${body}"`;
}
