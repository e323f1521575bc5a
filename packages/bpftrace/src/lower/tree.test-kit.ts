/** Short constructors of typed trees, for tests that need no parser. */
import type { CompileOptions } from '../compile-options.ts';
import { compileTyped } from '../compile-typed.ts';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import type { CompiledScript } from '../script/compiled-script.ts';
import { SourceText } from '../source/source-text.ts';
import type {
  BinaryOperation,
  MapSymbol,
  TypedExpression,
  TypedProbe,
  TypedScript,
  TypedStatement,
  VariableSymbol,
} from '../typed/tree.ts';
import { type AggregateType, BOOL, INT64, type Type, UINT32, UINT64 } from '../types/type.ts';

export const SPAN = { start: 0, end: 5 };
export const COMM: Type = { kind: 'string', sizeBytes: 16 };
export const POINTER: Type = { kind: 'pointer', to: { kind: 'none' }, space: 'kernel' };

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

export function int(value: number | bigint, type: Type = INT64): TypedExpression {
  return { kind: 'integer', value: BigInt(value), type, span: SPAN };
}

export function text(value: string): TypedExpression {
  return { kind: 'string', value, type: { kind: 'string', sizeBytes: Buffer.byteLength(value) + 1 }, span: SPAN };
}

export function builtin(name: (TypedExpression & { kind: 'builtin' })['name'], type: Type = UINT64): TypedExpression {
  return { kind: 'builtin', name, type, span: SPAN };
}

export const comm = builtin('comm', COMM);
export const pid = builtin('pid', UINT32);
export const tid = builtin('tid', UINT32);

/** The n-th u64 of the context: an argument of the test run. */
export function arg(n: number, type: Type = INT64): TypedExpression {
  return { kind: 'context-load', offset: n * 8, sizeBytes: 8, signed: true, trusted: false, type, span: SPAN };
}

export function binary(
  left: TypedExpression,
  operator: BinaryOperation['operator'],
  right: TypedExpression,
): TypedExpression {
  const type = COMPARISONS.has(operator) ? BOOL : left.type;
  return { kind: 'binary', operator, left, right, type, span: SPAN };
}

export function logical(left: TypedExpression, operator: '&&' | '||', right: TypedExpression): TypedExpression {
  return { kind: 'logical', operator, left, right, type: BOOL, span: SPAN };
}

export function cast(operand: TypedExpression, type: Type): TypedExpression {
  return { kind: 'cast', operand, type, span: SPAN };
}

export function choice(condition: TypedExpression, then: TypedExpression, otherwise: TypedExpression): TypedExpression {
  return { kind: 'choice', condition, then, otherwise, type: then.type, span: SPAN };
}

export function tuple(...elements: TypedExpression[]): TypedExpression {
  const type = { kind: 'tuple', elements: elements.map((element) => element.type) } as const;
  return { kind: 'tuple', elements, type, span: SPAN };
}

export function record(fields: Readonly<Record<string, TypedExpression>>): TypedExpression {
  const type = { kind: 'record', fields: Object.entries(fields).map(([name, { type }]) => ({ name, type })) } as const;
  return { kind: 'record', fields: Object.values(fields), type, span: SPAN };
}

export function extract(object: TypedExpression, offset: number, type: Type): TypedExpression {
  return { kind: 'extract', object, offset, type, span: SPAN };
}

/** `str(address)` of this process, up to `maxLength` bytes. */
export function str(address: TypedExpression, maxLength = 1024, length?: TypedExpression): TypedExpression {
  const type: Type = { kind: 'string', sizeBytes: maxLength + 1 };
  return { kind: 'read-string', address, space: 'user', type, span: SPAN, ...(length && { length }) };
}

export function compare(left: TypedExpression, right: TypedExpression, equal = true, limit?: number): TypedExpression {
  return { kind: 'string-compare', equal, left, right, bytes: false, type: BOOL, span: SPAN, ...(limit && { limit }) };
}

export function contains(haystack: TypedExpression, needle: TypedExpression): TypedExpression {
  return { kind: 'string-contains', haystack, needle, type: BOOL, span: SPAN };
}

let symbols = 0;

export function map(name: string, value: Type, key?: Type, maxEntries = 64): MapSymbol {
  return { name, index: symbols++, value, maxEntries, span: SPAN, ...(key && { key }) };
}

export function variable(name: string, type: Type = INT64, constant = false): VariableSymbol {
  return { name, index: symbols++, type, constant };
}

export function read(symbol: MapSymbol | VariableSymbol, key?: TypedExpression): TypedExpression {
  if ('type' in symbol) return { kind: 'variable', variable: symbol, type: symbol.type, span: SPAN };
  const type = symbol.value.kind === 'count' ? INT64 : symbol.value;
  return { kind: 'map', map: symbol, type: isAggregateValue(type) ? INT64 : type, span: SPAN, ...(key && { key }) };
}

function isAggregateValue(type: Type): boolean {
  return ['count', 'sum', 'avg', 'min', 'max', 'stats'].includes(type.kind);
}

export function assign(
  target: MapSymbol | VariableSymbol,
  value: TypedExpression,
  key?: TypedExpression,
): TypedStatement {
  if ('type' in target) return { kind: 'assign-variable', variable: target, value, span: SPAN };
  return { kind: 'assign-map', map: target, value, span: SPAN, ...(key && { key }) };
}

export function evaluate(expression: TypedExpression): TypedStatement {
  return { kind: 'evaluate', expression, span: SPAN };
}

export function add(
  target: MapSymbol,
  delta: TypedExpression,
  key?: TypedExpression,
  gives: 'old' | 'new' = 'old',
): TypedExpression {
  return { kind: 'map-update', map: target, delta, gives, type: target.value, span: SPAN, ...(key && { key }) };
}

export function aggregate(target: MapSymbol, value?: TypedExpression, key?: TypedExpression): TypedStatement {
  const type = target.value as AggregateType;
  return { kind: 'aggregate', map: target, aggregate: type, span: SPAN, ...(value && { value }), ...(key && { key }) };
}

export function when(
  condition: TypedExpression,
  then: TypedStatement[],
  otherwise: TypedStatement[] = [],
): TypedStatement {
  return { kind: 'if', condition, then, otherwise, span: SPAN };
}

export function printf(...args: TypedExpression[]): TypedStatement {
  return { kind: 'printf', format: { source: '', segments: [] }, args, span: SPAN };
}

export function print(value: TypedExpression): TypedStatement {
  return { kind: 'print-value', value, span: SPAN };
}

export function forRange(
  loopVariable: VariableSymbol,
  start: TypedExpression,
  end: TypedExpression,
  ...body: TypedStatement[]
): TypedStatement {
  return { kind: 'for-range', variable: loopVariable, start, end, body, span: SPAN };
}

export function jump(kind: 'break' | 'continue' | 'return' | 'exit'): TypedStatement {
  return { kind, span: SPAN };
}

/** A probe that is run by test-run, with the variables and maps that its body mentions. */
export function begin(body: readonly TypedStatement[], more: Partial<TypedProbe> = {}): TypedProbe {
  return {
    programType: 'raw-tracepoint',
    attachPoints: [{ attach: { kind: 'test-run' }, name: 'begin' }],
    phase: 'begin',
    guard: 'none',
    variables: mentioned(body, more.predicate),
    body,
    span: SPAN,
    ...more,
  };
}

export function script(probes: readonly TypedProbe[], maps: readonly MapSymbol[], onStackLimit = 32): TypedScript {
  const config = {
    maxStrlen: 1024,
    maxMapKeys: 4096,
    onStackLimit,
    stackMode: 'bpftrace',
    printMapsOnExit: true,
  } as const;
  return { probes, maps, config };
}

export function testFacts(more: Partial<KernelFacts> = {}): KernelFacts {
  return {
    tracepoints: () => [],
    tracepointFormat: () => undefined,
    kernelFunctions: () => [],
    userFunctions: () => undefined,
    resolveBinary: () => undefined,
    cpus: { online: 2, possible: 2 },
    architecture: 'x64',
    kernelVersion: [6, 18],
    kernelAddress: () => undefined,
    ...more,
  };
}

export function compileTree(typed: TypedScript, options: CompileOptions = {}, facts = testFacts()): CompiledScript {
  const diagnostics = new Diagnostics();
  const compiled = compileTyped(typed, new SourceText('test', 'begin { … }'), facts, options, diagnostics);
  if (!compiled)
    throw new Error(
      diagnostics
        .list()
        .map((d) => `${d.code}: ${d.message}`)
        .join('\n'),
    );
  return compiled;
}

function mentioned(body: readonly TypedStatement[], predicate?: TypedExpression): VariableSymbol[] {
  const found = new Set<VariableSymbol>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      value.forEach(visit);
      return;
    }
    for (const [key, child] of Object.entries(value)) {
      if (key === 'variable') found.add(child as VariableSymbol);
      else if (key !== 'map') visit(child);
    }
  };
  visit(body);
  visit(predicate);
  return [...found];
}
