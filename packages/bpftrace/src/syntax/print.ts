import type { SourceText } from '../source/source-text.ts';
import type { ConfigBlock, EnumDefinition, Item, Probe, Script, StructDefinition, StructMember } from './ast.ts';
import { PrintContext } from './print-context.ts';
import { printDeclarator, printExpression, printString, printType } from './print-expression.ts';
import { printBlock } from './print-statement.ts';

/**
 * The canonical text of a script: two spaces a level, one statement a line, no parentheses that precedence makes
 * needless. Parsing it gives the same tree, but for the spans. Comments stand before the item or statement that
 * follows them; with the script's own `source`, those behind a statement stay behind it, and single blank lines stay.
 *
 * What macros of `#define` stood for is printed in their place.
 */
export function printScript(script: Script, source?: SourceText): string {
  const context = new PrintContext(script.comments, printBlock, source?.text);
  const lines: string[] = [];
  script.items.forEach((item, index) => {
    const previous = script.items[index - 1];
    const before = context.commentsBefore(item.span.start);
    if (previous && (needsGap(previous, item) || context.gapBetween(previous.span.end, item.span.start)))
      lines.push('');
    lines.push(...before);
    const next = script.items[index + 1]?.span.start ?? script.span.end;
    lines.push(printItem(item, context) + context.trailingComments(item.span.end, next));
  });
  lines.push(...context.commentsBefore(Number.POSITIVE_INFINITY));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** One-line items of a kind stand together. */
function needsGap(previous: Item, item: Item): boolean {
  const isLine = ['preprocessor', 'import', 'map-declaration'].includes(item.kind);
  return !isLine || previous.kind !== item.kind;
}

function printItem(item: Item, context: PrintContext): string {
  switch (item.kind) {
    case 'preprocessor':
      return item.text;
    case 'struct-definition':
      return `${printStruct(item, context)};`;
    case 'enum-definition':
      return `${printEnum(item, context)};`;
    case 'config':
      return printConfig(item, context);
    case 'import':
      return `import ${printString(item.path)};`;
    case 'map-declaration': {
      const args = item.args.map((arg) => printExpression(arg, context)).join(', ');
      return `let ${item.name.text} = ${item.type.text}(${args});`;
    }
    case 'macro': {
      const params = item.params.map(({ name }) => name).join(', ');
      return `macro ${item.name.text}(${params}) ${printBlock(item.body, context)}`;
    }
    case 'subprogram': {
      const params = item.params.map(({ variable, type }) => `${variable.name} : ${printType(type, context)}`);
      const head = `fn ${item.name.text}(${params.join(', ')}) : ${printType(item.returns, context)}`;
      return `${head} ${printBlock(item.body, context)}`;
    }
    case 'probe':
      return printProbe(item, context);
    case 'error':
      return '';
  }
}

function printProbe({ attachPoints, predicate, body }: Probe, context: PrintContext): string {
  const points = attachPoints.map(({ text }) => text).join(',\n');
  if (!predicate) return `${points} ${printBlock(body, context)}`;
  const condition = printExpression(predicate, context);
  // `/*` would open a comment.
  const gap = condition.startsWith('*') ? ' ' : '';
  return `${points} /${gap}${condition}/ ${printBlock(body, context)}`;
}

function printConfig({ entries }: ConfigBlock, context: PrintContext): string {
  const lines = entries.map(({ name, value }) => `  ${name.text} = ${printExpression(value, context)};\n`);
  return `config = {\n${lines.join('')}}`;
}

function printStruct({ union, name, members }: StructDefinition, context: PrintContext): string {
  const head = [union ? 'union' : 'struct', name?.text].filter(Boolean).join(' ');
  const inner = context.indented();
  const lines = members.map((member) => `${inner.indent}${printMember(member, inner)};\n`);
  return `${head} {\n${lines.join('')}${context.indent}}`;
}

function printMember({ name, type, bitfieldSize }: StructMember, context: PrintContext): string {
  if (type.kind === 'type') {
    const bits = bitfieldSize === undefined ? '' : ` : ${bitfieldSize}`;
    return printDeclarator(type, name?.text ?? '', context) + bits;
  }
  const definition = type.kind === 'struct-definition' ? printStruct(type, context) : printEnum(type, context);
  return name ? `${definition} ${name.text}` : definition;
}

function printEnum({ name, values }: EnumDefinition, context: PrintContext): string {
  const head = name ? `enum ${name.text}` : 'enum';
  const lines = values.map(({ name: { text }, value }) => {
    const assigned = value ? ` = ${printExpression(value, context)}` : '';
    return `${context.indent}  ${text}${assigned},\n`;
  });
  return `${head} {\n${lines.join('')}${context.indent}}`;
}
