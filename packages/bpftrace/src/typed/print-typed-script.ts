import { printType } from './print-type.ts';
import { printMapPlace, printTypedExpression } from './print-typed-expression.ts';
import type { MapSymbol, TypedExpression, TypedProbe, TypedScript, TypedStatement } from './tree.ts';

/** A typed script as text, for dumps and tests: maps, then programs; see `printTypedExpression`. */
export function printTypedScript(script: TypedScript): string {
  const parts = [script.maps.map(printMap).join('\n'), ...script.probes.map(printProbe)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function printMap(map: MapSymbol): string {
  const declared = map.declared ? ` ${map.declared}` : '';
  const key = map.key ? `[${printType(map.key)}]` : '';
  return `map ${map.name}${key}: ${printType(map.value)}${declared} max ${map.maxEntries}`;
}

function printProbe(probe: TypedProbe): string {
  const names = probe.attachPoints.map((point) => point.name).join(', ');
  const predicate = probe.predicate ? ` / ${expression(probe.predicate)} /` : '';
  const head = `${probe.programType} ${names} guard=${probe.guard}${predicate}`;
  return [head, ...lines(probe.body, '  ')].join('\n');
}

function lines(statements: readonly TypedStatement[], indent: string): string[] {
  return statements.flatMap((statement) => printStatement(statement, indent));
}

function expression(e: TypedExpression): string {
  return printTypedExpression(e, (statements) => lines(statements, '').join(' '));
}

function printStatement(s: TypedStatement, indent: string): string[] {
  const inner = `${indent}  `;
  const one = (text: string) => [indent + text];
  switch (s.kind) {
    case 'evaluate':
      return one(expression(s.expression));
    case 'assign-variable':
      return one(
        `${s.variable.name}: ${printType(s.variable.type)}${s.variable.constant ? '!' : ''} = ${expression(s.value)}`,
      );
    case 'assign-map':
      return one(`${printMapPlace(s.map, s.key)} = ${expression(s.value)}`);
    case 'aggregate':
      return one(
        `${printMapPlace(s.map, s.key)} = ${printType(s.aggregate)}${s.value ? ` of ${expression(s.value)}` : ''}`,
      );
    case 'printf':
    case 'cat':
    case 'system':
      return one(`${s.kind}(${[JSON.stringify(s.format.source), ...s.args.map(expression)].join(', ')})`);
    case 'print-value':
      return one(`print ${expression(s.value)}:${printType(s.value.type)}`);
    case 'print-map':
      return one(`print-map ${s.map.name}${s.top ? ` top ${s.top}` : ''}${s.div ? ` div ${s.div}` : ''}`);
    case 'print-entry':
      return one(`print-entry ${printMapPlace(s.map, s.key)}`);
    case 'clear-map':
    case 'zero-map':
      return one(`${s.kind} ${s.map.name}`);
    case 'time':
      return one(`time ${JSON.stringify(s.format)}`);
    case 'join':
      return one(`join ${s.space} ${expression(s.address)} ${JSON.stringify(s.delimiter)}`);
    case 'exit':
      return one(`exit${s.code ? ` ${expression(s.code)}` : ''}`);
    case 'if': {
      const otherwise = s.otherwise.length > 0 ? [`${indent}else`, ...lines(s.otherwise, inner)] : [];
      return [`${indent}if ${expression(s.condition)}`, ...lines(s.then, inner), ...otherwise];
    }
    case 'for-range': {
      const range = `${expression(s.start)} .. ${expression(s.end)}`;
      return [`${indent}for ${s.variable.name}: ${printType(s.variable.type)} in ${range}`, ...lines(s.body, inner)];
    }
    case 'for-map':
      return [
        `${indent}for ${s.variable.name}: ${printType(s.variable.type)} in ${s.map.name}`,
        ...lines(s.body, inner),
      ];
    case 'while':
      return [`${indent}while ${expression(s.condition)}`, ...lines(s.body, inner)];
    case 'return':
      return one(`return${s.value ? ` ${expression(s.value)}` : ''}`);
    case 'break':
    case 'continue':
      return one(s.kind);
  }
}
