/**
 * Loops that the verifier cannot walk through: bpf_loop calls a subprogram for each step (Linux 5.17).
 *
 * The subprogram gets the address of a piece of the caller's frame: {context pointer, scratch pointer}. Variables that both sides use
 * are in scratch memory.
 */
import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, Value, VirtualRegister } from '../ir/index.ts';
import { at, FunctionBuilder, functionAddress, imm, reg } from '../ir/index.ts';
import type { TypedStatement } from '../typed/tree.ts';
import { behind } from './address.ts';
import { bodyLeaves } from './loop-kind.ts';
import type { ProgramState } from './program-state.ts';
import { writeVariable } from './variable.ts';

export type ForRange = TypedStatement & { readonly kind: 'for-range' };
export type While = TypedStatement & { readonly kind: 'while' };

/** BPF_MAX_LOOPS, include/linux/bpf_verifier.h */
const MAX_STEPS = 8 * 1024 * 1024;
const GO_ON = 0;
const STOP = 1;

/** `for $i : start..end`: the callback's index counts from `start`. */
export function lowerCallbackFor(p: ProgramState, s: ForRange): void {
  const { b } = p;
  const start = b.copy(p.scalarRegister(s.start));
  const end = b.copy(p.scalarRegister(s.end));
  const first = p.scratch(8);
  b.store(8, first, reg(start));
  const [some, done] = [b.newBlock(), b.newBlock()];
  b.branch('sgt', end, reg(start), some, done);
  b.setBlock(some);
  const steps = b.binary('sub', end, reg(start));
  p.branch(() =>
    runLoop(p, s, reg(steps), (index) => {
      const base = p.b.load(8, relative(p, first));
      writeVariable(p, s.variable, reg(p.b.binary('add', base, reg(index))));
      p.statements(s.body);
    }),
  );
  b.setBlock(done);
}

/** `while (condition)`: each step looks at the condition first. */
export function lowerCallbackWhile(p: ProgramState, s: While): void {
  runLoop(p, s, imm(MAX_STEPS), () => {
    const [proper, over] = [p.b.newBlock(), p.b.newBlock()];
    p.condition(s.condition, proper, over);
    p.b.setBlock(over);
    p.b.return(imm(STOP));
    p.b.setBlock(proper);
    p.statements(s.body);
  });
}

function runLoop(p: ProgramState, s: ForRange | While, steps: Value, body: (index: VirtualRegister) => void): void {
  requireLoopHelper(p, s);
  const { b } = p;
  const captures = p.slot(16, 'captures');
  b.store(8, captures, reg(p.contextPointer()));
  b.store(8, behind(captures, 8), reg(p.scratchBase));
  const left = bodyLeaves(s.body) ? p.scratch(8) : undefined;
  if (left) b.store(8, left, imm(0));

  const callback = new FunctionBuilder(p.callbackName(), 2);
  const [index, captured] = callback.params as [VirtualRegister, VirtualRegister];
  p.inFunction(callback, () => {
    callback.source = b.source;
    p.contextRegister = callback.load(8, at(captured));
    p.scratchBase = callback.load(8, at(captured, 8));
    p.loop = { leave: () => callback.return(imm(STOP)), next: () => callback.return(imm(GO_ON)) };
    p.leave = () => {
      if (left) callback.store(8, relative(p, left), imm(1));
      callback.return(imm(STOP));
    };
    body(index);
    callback.return(imm(GO_ON));
  });

  b.callVoid(HELPER_IDS.loop, [steps, functionAddress(callback.name), p.argument(captures), imm(0)]);
  if (left) leaveAfter(p, left);
}

/** The body of a callback can only end its step; its caller does the rest. */
function leaveAfter(p: ProgramState, left: Address): void {
  const { b } = p;
  const [leave, done] = [b.newBlock(), b.newBlock()];
  b.branch('ne', b.load(8, left), imm(0), leave, done, { likely: 'otherwise' });
  b.setBlock(leave);
  p.leave();
  b.setBlock(done);
}

/** A place in scratch memory, seen from the function that is being built. */
function relative(p: ProgramState, place: Address): Address {
  return at(p.scratchBase, place.offset);
}

function requireLoopHelper(p: ProgramState, s: ForRange | While): void {
  if (p.script.kernelHas(5, 17)) return;
  const [major, minor] = p.script.facts.kernelVersion;
  const what = s.kind === 'while' ? 'while loops need' : 'a loop whose range is not constant, or long, needs';
  p.script.diagnostics.error('kernel-too-old', s.span, `${what} Linux 5.17, this is ${major}.${minor}`);
}
