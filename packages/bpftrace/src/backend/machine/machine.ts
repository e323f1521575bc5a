import type { AccessSize, AluOp, AtomicOp, CallTarget, Imm64, JumpOp, SourceLine } from '@waggle/bpf/asm';

/**
 * Between the intermediate representation and instructions: the machine's instructions over physical registers 0 to 10 and virtual ones from
 * `FIRST_VIRTUAL`, in blocks that name each other by number. The allocator replaces registers in place.
 */
export type MachineRegister = number;

export const FRAME_POINTER = 10;
export const FIRST_VIRTUAL = 11;
/** Where a second operand is the immediate. */
export const NO_REGISTER = -1;

/** A second operand: `src`, or `imm` where that is `NO_REGISTER`. */
interface Operand {
  src: MachineRegister;
  readonly imm: number;
}

export type MachineInstruction = { readonly source?: SourceLine } & (
  | (Operand & {
      readonly kind: 'alu';
      readonly op: AluOp;
      readonly bits: 32 | 64;
      dst: MachineRegister;
      readonly signExtend?: 8 | 16 | 32;
    })
  | { readonly kind: 'neg'; dst: MachineRegister }
  | { readonly kind: 'endian'; readonly bits: 16 | 32 | 64; dst: MachineRegister }
  | {
      readonly kind: 'load';
      readonly size: AccessSize;
      readonly signed: boolean;
      dst: MachineRegister;
      base: MachineRegister;
      readonly offset: number;
    }
  | (Operand & { readonly kind: 'store'; readonly size: AccessSize; base: MachineRegister; readonly offset: number })
  /** With `fetch`, `src` becomes the old value. */
  | {
      readonly kind: 'atomic';
      readonly op: AtomicOp;
      readonly fetch: boolean;
      readonly size: 4 | 8;
      base: MachineRegister;
      readonly offset: number;
      src: MachineRegister;
    }
  | { readonly kind: 'lddw'; dst: MachineRegister; readonly value: Imm64 }
  /** `dst = r10 + offset`, two instructions. */
  | { readonly kind: 'frame-address'; dst: MachineRegister; readonly offset: number }
  /** Reads r1 to r`argumentCount`, writes r0 and loses r1 to r5. */
  | { readonly kind: 'call'; readonly target: CallTarget; readonly argumentCount: number }
);

export type MachineTerminator = { readonly source?: SourceLine } & (
  | { readonly kind: 'goto'; readonly target: number }
  | (Operand & {
      readonly kind: 'jump';
      readonly op: JumpOp;
      readonly bits: 32 | 64;
      dst: MachineRegister;
      then: number;
      otherwise: number;
    })
  /** Gives r0 back. */
  | { readonly kind: 'exit' }
);

export interface MachineBlock {
  instructions: MachineInstruction[];
  readonly terminator: MachineTerminator;
  successors: readonly number[];
  predecessors: readonly number[];
  /** Runs for one run of the function, guessed. */
  readonly frequency: number;
}

export interface MachineFunction {
  readonly name: string;
  /** Entry first. */
  readonly blocks: MachineBlock[];
  /** Numbers of the blocks as they are laid out. */
  readonly order: number[];
  /** Physical and virtual ones. */
  registerCount: number;
  /** Bytes below the frame pointer in use; spill slots are added below. */
  frameBytes: number;
}

/**
 * Puts instructions on the way from one block to another: at the start of that one where no other way leads there, else into a new block
 * between them.
 */
export function insertOnEdge(fn: MachineFunction, from: number, to: number, inserted: MachineInstruction[]): void {
  const [source, target] = [fn.blocks[from]!, fn.blocks[to]!];
  if (target.predecessors.length === 1) {
    target.instructions.unshift(...inserted);
    return;
  }
  const between = fn.blocks.length;
  const other = (wanted: number, replacement: number) => (one: number) => (one === wanted ? replacement : one);
  fn.blocks.push({
    instructions: inserted,
    terminator: { kind: 'goto', target: to, ...(source.terminator.source && { source: source.terminator.source }) },
    successors: [to],
    predecessors: [from],
    frequency: Math.min(source.frequency, target.frequency),
  });
  fn.order.splice(fn.order.indexOf(from) + 1, 0, between);
  source.successors = source.successors.map(other(to, between));
  target.predecessors = target.predecessors.map(other(from, between));
  const { terminator } = source;
  if (terminator.kind !== 'jump') return;
  terminator.then = other(to, between)(terminator.then);
  terminator.otherwise = other(to, between)(terminator.otherwise);
}

/** The part of a move that the allocator may make superfluous. */
export type Move = MachineInstruction & { readonly kind: 'alu' };

/** Whether an instruction only copies all 64 bits from register to register. */
export function isMove(insn: MachineInstruction): insn is Move {
  return (
    insn.kind === 'alu' &&
    insn.op === 'mov' &&
    insn.bits === 64 &&
    insn.src !== NO_REGISTER &&
    insn.signExtend === undefined
  );
}

/** Whether a comparison proves an upper or a lower bound of `dst`. */
export function givesBounds({ op }: MachineTerminator & { readonly kind: 'jump' }): boolean {
  return op !== 'eq' && op !== 'ne' && op !== 'set';
}

/** Calls `visit` with each register that is read; the frame pointer is never mentioned. */
export function visitMachineUses(
  item: MachineInstruction | MachineTerminator,
  visit: (register: MachineRegister) => void,
): void {
  const use = (register: MachineRegister) => {
    if (register !== NO_REGISTER && register !== FRAME_POINTER) visit(register);
  };
  switch (item.kind) {
    case 'alu':
      if (item.op !== 'mov') use(item.dst);
      use(item.src);
      return;
    case 'neg':
    case 'endian':
      use(item.dst);
      return;
    case 'load':
      use(item.base);
      return;
    case 'store':
    case 'atomic':
      use(item.base);
      use(item.src);
      return;
    case 'call':
      for (let register = 1; register <= item.argumentCount; register++) visit(register);
      return;
    case 'jump':
      use(item.dst);
      use(item.src);
      return;
    case 'exit':
      visit(0);
      return;
    case 'lddw':
    case 'frame-address':
    case 'goto':
      return;
    default:
      item satisfies never;
  }
}

/** Calls `visit` with each register that is written or lost. */
export function visitMachineDefinitions(insn: MachineInstruction, visit: (register: MachineRegister) => void): void {
  switch (insn.kind) {
    case 'store':
      return;
    case 'atomic':
      if (insn.fetch) visit(insn.src);
      return;
    case 'call':
      for (let register = 0; register <= 5; register++) visit(register);
      return;
    default:
      visit(insn.dst);
  }
}

/** Replaces every register but the frame pointer. */
export function mapMachineRegisters(
  item: MachineInstruction | MachineTerminator,
  map: (register: MachineRegister) => MachineRegister,
): void {
  if ('dst' in item) item.dst = map(item.dst);
  if ('src' in item && item.src !== NO_REGISTER && item.src !== FRAME_POINTER) item.src = map(item.src);
  if ('base' in item && item.base !== FRAME_POINTER) item.base = map(item.base);
}

export function move(dst: MachineRegister, src: MachineRegister, source?: SourceLine): Move {
  return { kind: 'alu', op: 'mov', bits: 64, dst, src, imm: 0, ...(source && { source }) };
}
