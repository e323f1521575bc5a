/**
 * Where values in memory are: an address of the IR, behind a pointer or in a slot of the frame. Slots start 8-aligned.
 */
import type { AccessSize } from '@waggle/bpf/asm';
import type { Address, Argument, FunctionBuilder, VirtualRegister } from '../ir/index.ts';
import { imm, mapValueAddress, reg, slotAddress } from '../ir/index.ts';

/** `bytes` further on. */
export function behind(address: Address, bytes: number): Address {
  return { ...address, offset: address.offset + bytes };
}

/** An address as the argument of a call. */
export function asArgument(b: FunctionBuilder, address: Address): Argument {
  if (address.kind === 'slot') return slotAddress(address.slot, address.offset);
  if (address.offset === 0) return reg(address.register);
  return reg(b.binary('add', address.register, imm(address.offset)));
}

/** An address in a register, to count from. */
export function addressRegister(b: FunctionBuilder, address: Address): VirtualRegister {
  if (address.kind === 'slot') return b.address(slotAddress(address.slot, address.offset));
  return address.offset === 0 ? address.register : b.binary('add', address.register, imm(address.offset));
}

/** The address of the only value of an array map, in a register. */
export function mapValue(b: FunctionBuilder, map: string, offset = 0): Address {
  return { kind: 'register', register: b.address(mapValueAddress(map, offset)), offset: 0 };
}

/**
 * The widest access at `address + done` that stays within `left` bytes. The frame wants natural alignment; behind pointers to map
 * values and records, the machines we support do without.
 */
export function accessSize(address: Address, done: number, left: number): AccessSize {
  const at = address.kind === 'slot' ? address.offset + done : 0;
  for (const size of [8, 4, 2] as const) if (size <= left && at % size === 0) return size;
  return 1;
}
