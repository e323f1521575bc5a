import type { Value, VirtualRegister } from '../ir/index.ts';
import type { VariableSymbol } from '../typed/tree.ts';
import type { ProgramState } from './program-state.ts';

export function readVariable(p: ProgramState, variable: VariableSymbol): VirtualRegister {
  const home = p.home(variable);
  return home.kind === 'register' ? home.register : p.b.load(8, home.address);
}

export function writeVariable(p: ProgramState, variable: VariableSymbol, value: Value): void {
  const home = p.home(variable);
  if (home.kind === 'register') p.b.assign(home.register, value);
  else p.b.store(8, home.address, value);
}
