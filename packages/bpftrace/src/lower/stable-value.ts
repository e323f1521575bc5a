import type { TypedExpression } from '../typed/tree.ts';
import type { Type } from '../types/type.ts';
import { identityName } from './script-state.ts';

const STABLE_BUILTINS: ReadonlySet<string> = new Set(['pid', 'tid', 'uid', 'gid', 'cgroup', 'comm', 'ctx']);

/**
 * A text that names the value of an expression, where it is the same as often as it is evaluated in one run of a program; undefined
 * where it may change. Two expressions of the same text have the same value.
 */
export function stableValue(e: TypedExpression): string | undefined {
  switch (e.kind) {
    case 'integer':
      return `${typeName(e.type)}:${e.value}`;
    case 'string':
      return `${typeName(e.type)}:${JSON.stringify(e.value)}`;
    case 'interned':
      return `interned:${JSON.stringify(e.value)}`;
    case 'identity':
      return `identity ${identityName(e.field)}`;
    case 'builtin':
      return STABLE_BUILTINS.has(e.name) ? e.name : undefined;
    case 'context-load':
      return `${typeName(e.type)}:ctx+${e.offset}:${e.sizeBytes}${e.signed}`;
    case 'variable':
      return e.variable.constant && e.variable.index >= 0 ? `$${e.variable.index}` : undefined;
    case 'cast':
      return combine(typeName(e.type), [e.operand]);
    case 'unary':
      return combine(`${typeName(e.type)}${e.operator}`, [e.operand]);
    case 'binary':
      return combine(`${typeName(e.type)}${e.operator}`, [e.left, e.right]);
    case 'tuple':
      return combine('tuple', e.elements);
    default:
      return undefined;
  }
}

function combine(operation: string, parts: readonly TypedExpression[]): string | undefined {
  const names = parts.map(stableValue);
  return names.includes(undefined) ? undefined : `${operation}(${names.join(',')})`;
}

function typeName(type: Type): string {
  const size = 'sizeBytes' in type ? type.sizeBytes : '';
  const signed = 'signed' in type && type.signed ? 's' : '';
  return `${type.kind}${size}${signed}`;
}
