import { HELPER_IDS } from '@waggle/bpf/asm';
import type { ProgramType } from '@waggle/bpf/spec';
import type { BlockId, IrFunction, IrProgram } from '../ir/index.ts';
import { imm, mapAddress } from '../ir/index.ts';
import { INTERNAL_MAPS } from '../script/compiled-script.ts';
import type { TypedProbe, VariableSymbol } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { assignVariable } from './assign-variable.ts';
import { placeOf, writeValue } from './bytes.ts';
import { lowerCondition } from './condition.ts';
import { guardCurrentTask } from './guard.ts';
import { capturedVariables } from './loop-kind.ts';
import { zeroBytes } from './memory.ts';
import { type Lowerings, ProgramState } from './program-state.ts';
import { lowerScalar } from './scalar.ts';
import { isScalar } from './scalar-type.ts';
import type { ScriptState } from './script-state.ts';
import { lowerStatements } from './statement.ts';
import { uninitialisedVariables } from './uninitialised-variables.ts';
import { writeVariable } from './variable.ts';

/** PCPU_MIN_UNIT_SIZE, include/linux/percpu.h: what a value of a per-CPU map has at most. */
const MAX_SCRATCH_BYTES = 32 << 10;

const LOWERINGS: Lowerings = {
  scalar: lowerScalar,
  condition: lowerCondition,
  write: writeValue,
  bytes: placeOf,
  assign: assignVariable,
  statements: lowerStatements,
};

/**
 * One probe as a program: the target's guard, the predicate, then the body. `frameLimit` says how many bytes a value in the frame may
 * have; larger ones are in scratch memory.
 */
export function lowerProgram(script: ScriptState, probe: TypedProbe, index: number, frameLimit: number): IrProgram {
  const p = new ProgramState(script, probe, index, frameLimit, returnValueOf(probe.programType), LOWERINGS);
  const { b } = p;
  p.at(probe.span);
  const outside = b.newBlock();
  const { guard } = script.options;
  if (guard && probe.guard === 'current') guardCurrentTask(p, guard, outside);

  p.reserveVariables(capturedVariables(probe, p.callbackLoops));
  const prologue = lowerPredicate(p, outside);
  lowerStatements(p, probe.body);
  p.leave();
  b.setBlock(outside);
  b.return(imm(p.returnValue));
  p.flushCold();
  lowerPrologue(p, prologue);

  if (p.scratchBytes > MAX_SCRATCH_BYTES) reportScratch(p);
  script.scratchBytes = Math.max(script.scratchBytes, p.scratchBytes);
  const main = moveBlock(b.build(), prologue.block, prologue.next);
  return { functions: [main, ...p.callbacks.map((callback) => callback.build())] };
}

function reportScratch(p: ProgramState): void {
  const message = `the probe needs ${p.scratchBytes} bytes for its strings and other large values, the kernel gives ${MAX_SCRATCH_BYTES}`;
  p.script.diagnostics.error('scratch-limit', p.probe.span, message, {
    hint: 'use fewer at a time, or shorter ones: str(p, 64), or max_strlen in the config block',
  });
}

/** What comes before the first use of scratch memory and variables; what it has to do is known at the end. */
interface Prologue {
  readonly block: BlockId;
  readonly next: BlockId;
}

/** The prologue comes behind the predicate, so that events that are not wanted cost less; unless the predicate needs it itself. */
function lowerPredicate(p: ProgramState, outside: BlockId): Prologue {
  const { b, probe } = p;
  const before = openPrologue(p);
  if (!probe.predicate) return before;
  const reserved = p.scratchClaimed;
  p.scratchClaimed = false;
  const accepted = b.newBlock();
  p.withTemporaries(() => p.condition(probe.predicate!, accepted, outside));
  b.setBlock(accepted);
  const inPredicate = p.scratchClaimed || uninitialisedVariables({ ...probe, body: [] }).size > 0;
  p.scratchClaimed ||= reserved;
  if (inPredicate) return before;
  const behind = openPrologue(p);
  // The first one stays empty.
  const start = b.newBlock();
  b.goto(start);
  b.setBlock(before.block);
  b.goto(before.next);
  b.setBlock(start);
  return behind;
}

/** Leaves room for the prologue: a block that is placed later. */
function openPrologue(p: ProgramState): Prologue {
  const prologue = { block: p.b.newBlock(), next: p.b.newBlock() };
  p.b.goto(prologue.block);
  p.b.setBlock(prologue.next);
  return prologue;
}

function lowerPrologue(p: ProgramState, { block, next }: Prologue): void {
  const { b } = p;
  p.at(p.probe.span);
  b.setBlock(block);
  if (p.scratchClaimed) lookUpScratch(p);
  for (const variable of uninitialisedVariables(p.probe)) clearVariable(p, variable);
  b.goto(next);
}

function lookUpScratch(p: ProgramState): void {
  const { b } = p;
  p.use('scratch');
  const [missing, found] = [b.newBlock(), b.newBlock()];
  const key = p.slot(4, 'scratch key');
  b.store(4, key, imm(p.index));
  b.call(HELPER_IDS.map_lookup_elem, [mapAddress(INTERNAL_MAPS.scratch), p.argument(key)], p.scratchBase);
  b.branch('eq', p.scratchBase, imm(0), missing, found, { likely: 'otherwise' });
  b.setBlock(missing);
  b.return(imm(p.returnValue));
  b.setBlock(found);
}

function clearVariable(p: ProgramState, variable: VariableSymbol): void {
  if (isScalar(variable.type)) {
    writeVariable(p, variable, imm(0));
    return;
  }
  const home = p.home(variable);
  if (home.kind === 'memory') zeroBytes(p.b, home.address, layoutOf(variable.type).sizeBytes);
}

/** Blocks are laid out in the order in which they were placed: puts the prologue, placed last, where it is run. */
function moveBlock(f: IrFunction, id: BlockId, before: BlockId): IrFunction {
  const from = f.blocks.findIndex((block) => block.id === id);
  const prologue = f.blocks.slice(from);
  const rest = f.blocks.slice(0, from);
  const to = rest.findIndex((block) => block.id === before);
  return { ...f, blocks: [...rest.slice(0, to), ...prologue, ...rest.slice(to)] };
}

/**
 * Programs that decide something let it pass: 1 of cgroup hooks. Of a socket filter, 0: the socket is the engine's own, and nobody
 * reads what it would keep.
 */
function returnValueOf(type: ProgramType): number {
  return type.startsWith('cgroup-') || type === 'sock-ops' ? 1 : 0;
}
