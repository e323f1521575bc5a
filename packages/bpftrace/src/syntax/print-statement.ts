import type { Block, If, Statement } from './ast.ts';
import type { PrintContext } from './print-context.ts';
import { printExpression, printType } from './print-expression.ts';

/** `{ value }` on one line for a block that is just a value, else a statement a line. */
export function printBlock(block: Block, context: PrintContext): string {
  const inner = context.indented();
  if (block.statements.length === 0 && block.value) return `{ ${printExpression(block.value, inner)} }`;
  const lines: string[] = [];
  const all = block.value ? [...block.statements, block.value] : block.statements;
  all.forEach((node, index) => {
    const previous = all[index - 1];
    if (previous && inner.gapBetween(previous.span.end, node.span.start)) lines.push('');
    lines.push(...inner.commentsBefore(node.span.start));
    const isValue = node === block.value;
    const text = isValue ? printExpression(block.value, inner) : printStatement(block.statements[index]!, inner);
    const next = all[index + 1]?.span.start ?? block.span.end;
    lines.push(inner.indent + text + inner.trailingComments(node.span.end, next));
  });
  lines.push(...inner.commentsBefore(block.span.end));
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${context.indent}}`;
}

function printStatement(statement: Statement, context: PrintContext): string {
  switch (statement.kind) {
    case 'expression-statement': {
      const { expression } = statement;
      const text = printExpression(expression, context);
      // At the start of a statement, a block and an `if` are statements.
      const isGrouped = expression.kind === 'block-expression' || expression.kind === 'if-expression';
      return isGrouped ? `(${text});` : `${text};`;
    }
    case 'assignment': {
      const { target, operator = '', value } = statement;
      const left = target.kind === 'discard' ? '_' : printExpression(target, context);
      return `${left} ${operator}= ${printExpression(value, context)};`;
    }
    case 'let': {
      const type = statement.type ? ` : ${printType(statement.type, context)}` : '';
      const value = statement.value ? ` = ${printExpression(statement.value, context)}` : '';
      return `let ${statement.variable.name}${type}${value};`;
    }
    case 'if':
      return printIf(statement, context);
    case 'unroll':
      return `unroll (${printExpression(statement.count, context)}) ${printBlock(statement.body, context)}`;
    case 'while':
      return `while (${printExpression(statement.condition, context)}) ${printBlock(statement.body, context)}`;
    case 'for': {
      const { variable, over, body } = statement;
      const domain =
        over.kind === 'map'
          ? over.name
          : `${printExpression(over.start, context)}..${printExpression(over.end, context)}`;
      return `for (${variable.name} : ${domain}) ${printBlock(body, context)}`;
    }
    case 'jump':
      return statement.value ? `${statement.jump} ${printExpression(statement.value, context)};` : `${statement.jump};`;
    case 'block':
      return printBlock(statement, context);
    case 'error':
      return '';
  }
}

/** A loop, so that a long chain of `else if` needs no stack. */
function printIf(statement: If, context: PrintContext): string {
  let text = '';
  let rest: If | Block | undefined = statement;
  for (; rest?.kind === 'if'; rest = rest.otherwise) {
    const word = rest.comptime ? 'if comptime' : 'if';
    text += `${text ? ' else ' : ''}${word} (${printExpression(rest.condition, context)}) ${printBlock(rest.then, context)}`;
  }
  return rest ? `${text} else ${printBlock(rest, context)}` : text;
}
