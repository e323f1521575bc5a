import { printType } from './print-type.ts';
import type { MapSymbol, TypedExpression, TypedStatement } from './tree.ts';

/** How a block within an expression prints: the printer of statements hands it in. */
export type PrintStatements = (statements: readonly TypedStatement[]) => string;

/**
 * An expression on one line, for dumps and tests: what can be seen from the operands bears no type, all else does, as
 * `5:int8`, `ctx[24]:uint64`, `uint64($x)`.
 */
export function printTypedExpression(e: TypedExpression, block: PrintStatements = () => '…'): string {
  const show = (inner: TypedExpression) => printTypedExpression(inner, block);
  const type = printType(e.type);
  switch (e.kind) {
    case 'integer':
      if (e.type.kind === 'bool') return e.value === 0n ? 'false' : 'true';
      return `${e.value}:${type}`;
    case 'string':
    case 'interned':
      return `${JSON.stringify(e.value)}:${type}`;
    case 'bytes':
      return `${Array.from(e.value, (byte) => byte.toString(16).padStart(2, '0')).join('')}:${type}`;
    case 'builtin':
      return e.name;
    case 'identity':
      return e.field.kind === 'label' ? `label(${JSON.stringify(e.field.key)})` : e.field.kind;
    case 'context-load': {
      const size = e.type.kind === 'int' && e.type.sizeBytes !== e.sizeBytes ? `,${e.sizeBytes}` : '';
      return `ctx[${e.offset}${size}]:${type}${e.trusted ? '!' : ''}`;
    }
    case 'variable':
      return e.variable.name;
    case 'map':
      return printMapPlace(e.map, e.key, block);
    case 'has-key':
      return `has_key(${printMapPlace(e.map, e.key, block)})`;
    case 'map-length':
      return `len(${e.map.name})`;
    case 'delete':
      return `delete(${printMapPlace(e.map, e.key, block)})`;
    case 'unary':
      return `${e.operator}${show(e.operand)}`;
    case 'binary':
    case 'logical':
      return `(${show(e.left)} ${e.operator} ${show(e.right)})`;
    case 'string-compare': {
      const how = `${e.bytes ? ' bytes' : ''}${e.limit === undefined ? '' : ` ${e.limit}`}`;
      return `(${show(e.left)} ${e.equal ? '==' : '!='}${how} ${show(e.right)})`;
    }
    case 'string-contains':
      return `contains(${show(e.haystack)}, ${show(e.needle)})`;
    case 'string-length':
      return `strlen(${show(e.operand)})`;
    case 'choice':
      return `(${show(e.condition)} ? ${show(e.then)} : ${show(e.otherwise)})`;
    case 'cast':
      return `${type}(${show(e.operand)})`;
    case 'load':
      return `${e.space}[${show(e.address)}${e.offset === 0 ? '' : ` + ${e.offset}`}]${bits(e.bitfield)}:${type}${e.btf ? '~' : ''}`;
    case 'extract': {
      const index = e.index ? `[${show(e.index.value)} < ${e.index.length} * ${e.index.strideBytes}]` : '';
      return `${show(e.object)}{${e.offset}}${index}${bits(e.bitfield)}:${type}`;
    }
    case 'tuple':
      return `(${e.elements.map(show).join(', ')})`;
    case 'record':
      return `(${e.fields.map((field, i) => `${e.type.fields[i]!.name}=${show(field)}`).join(', ')})`;
    case 'variable-update':
      return `(${e.variable.name} += ${show(e.delta)} ${e.gives})`;
    case 'map-update':
      return `(${printMapPlace(e.map, e.key, block)} += ${show(e.delta)} ${e.gives})`;
    case 'read-string':
      return `str(${e.space} ${show(e.address)}${e.length ? `, ${show(e.length)}` : ''}):${type}`;
    case 'read-buffer':
      return `buf(${e.space} ${show(e.address)}, ${show(e.length)}):${type}`;
    case 'buffer-of':
      return `buf(${show(e.operand)}, ${show(e.length)}):${type}`;
    case 'stack':
      return type;
    case 'symbol':
      return `${type}(${show(e.address)})`;
    case 'ntop':
      return `ntop(${e.family ? `${show(e.family)}, ` : ''}${show(e.address)})`;
    case 'bswap':
      return `bswap(${show(e.operand)}):${type}`;
    case 'helper':
      return `${e.helper}(${e.args.map(show).join(', ')})`;
    case 'in-target':
      return `in_target(${e.task ? show(e.task) : ''})`;
    case 'block-value':
      return `{ ${block(e.statements)} ${show(e.value)} }`;
  }
}

/** `@x`, `@x[key]` */
export function printMapPlace(map: MapSymbol, key: TypedExpression | undefined, block?: PrintStatements): string {
  return key ? `${map.name}[${printTypedExpression(key, block)}]` : map.name;
}

function bits(bitfield: { readonly offsetBits: number; readonly sizeBits: number } | undefined): string {
  return bitfield ? `.${bitfield.offsetBits}:${bitfield.sizeBits}` : '';
}
