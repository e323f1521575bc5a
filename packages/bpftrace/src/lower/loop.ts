import type { VirtualRegister } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import type { TypedStatement, VariableSymbol } from '../typed/tree.ts';
import { walk } from '../typed/typed-children.ts';
import { type ForRange, lowerCallbackFor, lowerCallbackWhile, type While } from './callback-loop.ts';
import { constantOf } from './constant-fold.ts';
import type { ProgramState } from './program-state.ts';
import { writeVariable } from './variable.ts';

/** `for $i : start..end { … }` */
export function lowerForRange(p: ProgramState, s: ForRange): void {
  const [start, end] = [constantOf(s.start), constantOf(s.end)];
  if (p.callbackLoops.has(s) || start === undefined || end === undefined) lowerCallbackFor(p, s);
  else lowerPlainFor(p, s, Number(start), Number(end));
}

export function lowerWhile(p: ProgramState, s: While): void {
  lowerCallbackWhile(p, s);
}

/** A loop of so few steps that the verifier can walk through all of them. */
function lowerPlainFor(p: ProgramState, s: ForRange, start: number, end: number): void {
  if (start >= end) return;
  const { b } = p;
  const counter = counterFor(p, s.variable, s.body);
  b.const(start, counter.register);
  const [loop, next, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.setBlock(loop);
  if (counter.copied) writeVariable(p, s.variable, reg(counter.register));
  const outer = p.loop;
  p.startLoop();
  p.loop = { leave: () => b.goto(done), next: () => b.goto(next) };
  p.branch(() => p.statements(s.body));
  p.loop = outer;
  b.setBlock(next);
  b.binary('add', counter.register, imm(1), 64, counter.register);
  b.branch('slt', counter.register, b.value(end), loop, done, { likely: 'then' });
  b.setBlock(done);
}

/** The loop variable itself, unless the body changes it: the verifier must see the counter rise. */
function counterFor(
  p: ProgramState,
  variable: VariableSymbol,
  body: readonly TypedStatement[],
): { register: VirtualRegister; copied: boolean } {
  const home = p.home(variable);
  const changed = [...walk(body)].some(
    (node) => (node.kind === 'assign-variable' || node.kind === 'variable-update') && node.variable === variable,
  );
  if (home.kind === 'register' && !changed) return { register: home.register, copied: false };
  return { register: p.b.newRegister(), copied: true };
}
