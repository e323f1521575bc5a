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

/** The same instruction reading other registers; itself, where none changes. */
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
    case 'byte-swap': {
      const src = map(item.src);
      return src === item.src ? item : { ...item, src };
    }
    case 'binary':
    case 'branch': {
      const [left, right] = [map(item.left), mapValue(item.right, map)];
      return left === item.left && right === item.right ? item : { ...item, left, right };
    }
    case 'load': {
      const address = mapAddress(item.address, map);
      return address === item.address ? item : { ...item, address };
    }
    case 'store': {
      const [address, value] = [mapAddress(item.address, map), mapValue(item.value, map)];
      return address === item.address && value === item.value ? item : { ...item, address, value };
    }
    case 'atomic': {
      const [address, value] = [mapAddress(item.address, map), map(item.value)];
      return address === item.address && value === item.value ? item : { ...item, address, value };
    }
    case 'call':
    case 'call-function': {
      const args = item.args.map((argument) => mapValue(argument, map));
      return args.every((argument, index) => argument === item.args[index]) ? item : { ...item, args };
    }
    case 'return': {
      const value = mapValue(item.value, map);
      return value === item.value ? item : { ...item, value };
    }
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

/** The same terminator going elsewhere; itself, where nothing changes. */
export function mapTargets(terminator: Terminator, map: (target: BlockId) => BlockId): Terminator {
  switch (terminator.kind) {
    case 'goto': {
      const target = map(terminator.target);
      return target === terminator.target ? terminator : { ...terminator, target };
    }
    case 'branch': {
      const [then, otherwise] = [map(terminator.then), map(terminator.otherwise)];
      if (then === terminator.then && otherwise === terminator.otherwise) return terminator;
      return { ...terminator, then, otherwise };
    }
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
  if (value.kind !== 'register') return value;
  const register = map(value.register);
  return register === value.register ? value : { ...value, register };
}

function mapAddress(address: Address, map: (register: VirtualRegister) => VirtualRegister): Address {
  if (address.kind === 'slot') return address;
  const register = map(address.register);
  return register === address.register ? address : { ...address, register };
}
