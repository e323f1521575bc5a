import type { TypedExpression, TypedStatement } from '../typed/tree.ts';
import { emitEntry, emitExit, emitFormatted, emitMapAction, emitTime, emitValue } from './action.ts';
import { lowerAggregate } from './aggregate.ts';
import { assignVariable } from './assign-variable.ts';
import { emitJoin } from './join.ts';
import { lowerForRange, lowerWhile } from './loop.ts';
import { lowerDelete } from './map-read.ts';
import { assignMap, updateMap } from './map-write.ts';
import type { ProgramState } from './program-state.ts';
import { isScalar } from './scalar-type.ts';

/** Statements in order; what stands behind a `return`, `break`, `continue` or `exit` is not lowered. */
export function lowerStatements(p: ProgramState, statements: readonly TypedStatement[]): void {
  for (const statement of statements) {
    if (!p.b.reachable) return;
    const { source } = p.b;
    p.at(statement.span);
    p.withTemporaries(() => lowerStatement(p, statement));
    p.b.source = source;
  }
}

function lowerStatement(p: ProgramState, s: TypedStatement): void {
  switch (s.kind) {
    case 'evaluate':
      evaluate(p, s.expression);
      return;
    case 'assign-variable':
      assignVariable(p, s.variable, s.value);
      return;
    case 'assign-map':
      assignMap(p, s.map, s.key, s.value);
      return;
    case 'aggregate':
      lowerAggregate(p, s.map, s.aggregate, s.key, s.value);
      return;
    case 'printf':
    case 'cat':
    case 'system':
      emitFormatted(p, s);
      return;
    case 'print-value':
      emitValue(p, s);
      return;
    case 'print-map':
    case 'clear-map':
    case 'zero-map':
      emitMapAction(p, s);
      return;
    case 'print-entry':
      emitEntry(p, s);
      return;
    case 'time':
      emitTime(p, s);
      return;
    case 'join':
      emitJoin(p, s);
      return;
    case 'exit':
      emitExit(p, s);
      return;
    case 'if':
      lowerIf(p, s);
      return;
    case 'for-range':
      lowerForRange(p, s);
      return;
    case 'for-map':
      p.script.diagnostics.error(
        'not-yet',
        s.span,
        `loops over maps are not supported yet: for ${s.variable.name} : ${s.map.name}`,
      );
      return;
    case 'while':
      lowerWhile(p, s);
      return;
    case 'return':
      if (s.value) evaluate(p, s.value);
      p.leave();
      return;
    case 'break':
      p.loop?.leave();
      return;
    case 'continue':
      p.loop?.next();
      return;
  }
}

/** An expression for its effects. */
function evaluate(p: ProgramState, e: TypedExpression): void {
  if (e.kind === 'map-update') updateMap(p, e, false);
  else if (e.kind === 'delete') lowerDelete(p, e);
  else if (e.kind === 'block-value') {
    p.statements(e.statements);
    evaluate(p, e.value);
  } else if (e.type.kind === 'none') {
    if (e.kind === 'helper') p.scalar(e);
  } else if (isScalar(e.type)) p.scalar(e);
  else p.bytes(e);
}

function lowerIf(p: ProgramState, s: TypedStatement & { readonly kind: 'if' }): void {
  const { b } = p;
  const [then, otherwise, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  p.condition(s.condition, then, s.otherwise.length > 0 ? otherwise : done);
  b.setBlock(then);
  p.branch(() => p.statements(s.then));
  if (s.otherwise.length > 0) {
    b.goto(done);
    b.setBlock(otherwise);
    p.branch(() => p.statements(s.otherwise));
  }
  b.setBlock(done);
}
