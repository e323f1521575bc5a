import type { TypedExpression, VariableSymbol } from '../typed/tree.ts';
import { walk } from '../typed/typed-children.ts';
import { layoutOf } from '../types/layout.ts';
import { writeLoose } from './bytes.ts';
import { typedCurrentTask } from './current-task.ts';
import { copyBytes } from './memory.ts';
import { isTrusted, plainScalar } from './pointer-provenance.ts';
import type { ProgramState } from './program-state.ts';
import { isScalar } from './scalar-type.ts';
import { writeVariable } from './variable.ts';

/** `$x = value` */
export function assignVariable(p: ProgramState, variable: VariableSymbol, value: TypedExpression): void {
  if (isScalar(variable.type)) assignScalar(p, variable, value);
  else assignBytes(p, variable, value);
}

function assignScalar(p: ProgramState, variable: VariableSymbol, value: TypedExpression): void {
  if (variable.constant && !p.homes.has(variable) && isTrusted(p, value)) {
    const pointer = value.kind === 'builtin' ? typedCurrentTask(p) : p.scalarRegister(value);
    p.homes.set(variable, { kind: 'register', register: p.b.copy(pointer), trusted: true });
    return;
  }
  writeVariable(p, variable, plainScalar(p, value));
}

function assignBytes(p: ProgramState, variable: VariableSymbol, value: TypedExpression): void {
  const home = p.home(variable);
  if (home.kind !== 'memory') throw new Error(`${variable.name} is not in memory`);
  const ofItself = [...walk([], [value])].some((e) => e.kind === 'variable' && e.variable === variable);
  if (!ofItself) {
    writeLoose(p, value, home.address);
    return;
  }
  const { sizeBytes } = layoutOf(variable.type);
  const place = p.temporary(sizeBytes, variable.name);
  p.write(value, place);
  copyBytes(p.b, home.address, place, sizeBytes);
}
