import type { Address, Argument, BlockId, IrInstruction, Terminator, Value, VirtualRegister } from './ir.ts';

/** Calls `visit` with each register that is read, in operand order. */
export function visitUses(item: IrInstruction | Terminator, visit: (register: VirtualRegister) => void): void {
  switch (item.kind) {
    case 'const':
    case 'address':
    case 'goto':
      return;
    case 'copy':
    case 'neg':
    case 'extend':
    case 'byte-swap':
      visit(item.src);
      return;
    case 'binary':
    case 'branch':
      visit(item.left);
      visitValue(item.right, visit);
      return;
    case 'load':
      visitAddress(item.address, visit);
      return;
    case 'store':
      visitAddress(item.address, visit);
      visitValue(item.value, visit);
      return;
    case 'atomic':
      visitAddress(item.address, visit);
      visit(item.value);
      return;
    case 'call':
    case 'call-function':
      for (const argument of item.args) visitValue(argument, visit);
      return;
    case 'return':
      visitValue(item.value, visit);
      return;
    default:
      item satisfies never;
  }
}

/** The register that an instruction writes. */
export function definitionOf(instruction: IrInstruction): VirtualRegister | undefined {
  return instruction.kind === 'store' ? undefined : instruction.dst;
}

/** The same instruction reading other registers. */
export function mapUses<T extends IrInstruction | Terminator>(
  item: T,
  map: (register: VirtualRegister) => VirtualRegister,
): T;
export function mapUses(
  item: IrInstruction | Terminator,
  map: (register: VirtualRegister) => VirtualRegister,
): IrInstruction | Terminator {
  switch (item.kind) {
    case 'const':
    case 'address':
    case 'goto':
      return item;
    case 'copy':
    case 'neg':
    case 'extend':
    case 'byte-swap':
      return { ...item, src: map(item.src) };
    case 'binary':
    case 'branch':
      return { ...item, left: map(item.left), right: mapValue(item.right, map) };
    case 'load':
      return { ...item, address: mapAddress(item.address, map) };
    case 'store':
      return { ...item, address: mapAddress(item.address, map), value: mapValue(item.value, map) };
    case 'atomic':
      return { ...item, address: mapAddress(item.address, map), value: map(item.value) };
    case 'call':
    case 'call-function':
      return { ...item, args: item.args.map((argument) => mapValue(argument, map)) };
    case 'return':
      return { ...item, value: mapValue(item.value, map) };
    default:
      return item satisfies never;
  }
}

/** The same instruction writing another register; one that writes none is given back. */
export function withDefinition(instruction: IrInstruction, dst: VirtualRegister): IrInstruction {
  return definitionOf(instruction) === undefined ? instruction : ({ ...instruction, dst } as IrInstruction);
}

/** Where control goes next; a branch with equal targets gives one. */
export function successorsOf(terminator: Terminator): readonly BlockId[] {
  switch (terminator.kind) {
    case 'goto':
      return [terminator.target];
    case 'branch':
      return terminator.then === terminator.otherwise ? [terminator.then] : [terminator.then, terminator.otherwise];
    case 'return':
      return [];
    default:
      return terminator satisfies never;
  }
}

/** The same terminator going elsewhere. */
export function mapTargets(terminator: Terminator, map: (target: BlockId) => BlockId): Terminator {
  switch (terminator.kind) {
    case 'goto':
      return { ...terminator, target: map(terminator.target) };
    case 'branch':
      // biome-ignore lint/suspicious/noThenProperty: a way of the branch, never awaited.
      return { ...terminator, then: map(terminator.then), otherwise: map(terminator.otherwise) };
    case 'return':
      return terminator;
    default:
      return terminator satisfies never;
  }
}

function visitValue(value: Argument, visit: (register: VirtualRegister) => void): void {
  if (value.kind === 'register') visit(value.register);
}

function visitAddress(address: Address, visit: (register: VirtualRegister) => void): void {
  if (address.kind === 'register') visit(address.register);
}

function mapValue<T extends Argument | Value>(value: T, map: (register: VirtualRegister) => VirtualRegister): T {
  return value.kind === 'register' ? { ...value, register: map(value.register) } : value;
}

function mapAddress(address: Address, map: (register: VirtualRegister) => VirtualRegister): Address {
  return address.kind === 'register' ? { ...address, register: map(address.register) } : address;
}
