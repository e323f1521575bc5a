import type { Expression, Place, Statement, ValueType } from './computation.ts';

/** The script that computes this, and ends. */
export function printComputation(body: readonly Statement[]): string {
  return `config = { print_maps_on_exit = false }\nBEGIN {\n${body.map((one) => `  ${statement(one)}\n`).join('')}  exit();\n}\n`;
}

function statement(s: Statement): string {
  switch (s.kind) {
    case 'assign':
      return `${s.name} = ${expression(s.value)};`;
    case 'compound':
      return `${s.name} ${s.operator}= ${expression(s.value)};`;
    case 'update': {
      const operator = s.by === 1n ? '++' : '--';
      return `${s.name} = ${s.gives === 'old' ? s.of + operator : operator + s.of};`;
    }
    case 'store':
      return `${place(s.place)} = ${expression(s.value)};`;
    case 'add':
      return `${place(s.place)} += ${expression(s.value)};`;
    case 'aggregate':
      return `${place(s.place)} = ${s.aggregate}(${s.aggregate === 'count' ? '' : expression(s.value)});`;
    case 'delete':
      return `delete(${s.map}, ${expression(s.key)});`;
    case 'print':
      return `print(${expression(s.value)});`;
    case 'printf': {
      const format = s.parts.map(({ conversion }) => conversion).join(' ');
      return `printf("${format}\\n"${s.parts.map(({ value }) => `, ${expression(value)}`).join('')});`;
    }
    case 'if': {
      const otherwise = s.otherwise.length > 0 ? ` else ${block(s.otherwise)}` : '';
      return `if (${expression(s.condition)}) ${block(s.then)}${otherwise}`;
    }
    case 'for':
      return `for ${s.name} : ${s.from}..${s.to} ${block(s.body)}`;
    case 'unroll':
      return `unroll(${s.times}) ${block(s.body)}`;
    case 'break':
    case 'continue':
      return `${s.kind};`;
  }
}

function block(body: readonly Statement[]): string {
  return `{ ${body.map(statement).join(' ')} }`;
}

function expression(e: Expression): string {
  switch (e.kind) {
    case 'constant':
      return typeof e.value === 'string' ? JSON.stringify(e.value) : `${e.value}`;
    case 'variable':
      return e.name;
    case 'read':
      return place(e.place);
    case 'has-key':
      return `has_key(${e.map}, ${expression(e.key)})`;
    case 'cast':
      return `(${typeName(e.type)})${expression(e.operand)}`;
    case 'negate':
      return `-(${expression(e.operand)})`;
    case 'complement':
      return `~(${expression(e.operand)})`;
    case 'arithmetic':
    case 'compare':
    case 'logical':
      return `(${expression(e.left)} ${e.operator} ${expression(e.right)})`;
    case 'not':
      return `!${expression(e.operand)}`;
    case 'choice':
      return `(${expression(e.condition)} ? ${expression(e.then)} : ${expression(e.otherwise)})`;
    case 'same-start':
      return `(strncmp(${expression(e.left)}, ${expression(e.right)}, ${e.length}) == 0)`;
    case 'contains':
      return `strcontains(${expression(e.text)}, ${JSON.stringify(e.part)})`;
    case 'tuple':
      return `(${e.elements.map(expression).join(', ')})`;
    case 'element':
      return `${expression(e.of)}.${e.index}`;
  }
}

function place({ map, key }: Place): string {
  if (!key) return map;
  return `${map}[${key.kind === 'tuple' ? key.elements.map(expression).join(', ') : expression(key)}]`;
}

function typeName(type: ValueType): string {
  if (type.kind !== 'int') throw new RangeError(`nothing is cast to ${type.kind}`);
  return `${type.signed ? '' : 'u'}int${type.bits}`;
}
