import type { Address, Argument, SlotId, Value, VirtualRegister } from './ir.ts';

const IMM32_MIN = -0x8000_0000;
const IMM32_MAX = 0x7fff_ffff;

/** Whether `value` survives as a 32-bit immediate that the machine sign-extends. */
export function fitsImmediate(value: number | bigint): boolean {
  return value >= IMM32_MIN && value <= IMM32_MAX;
}

/**
 * An immediate operand.
 * @throws RangeError where the value does not fit 32 bits signed; `FunctionBuilder.value` takes any.
 */
export function imm(value: number | bigint): Value & { readonly kind: 'immediate' } {
  const number = Number(value);
  if (!Number.isInteger(number) || !fitsImmediate(number)) {
    throw new RangeError(`immediate ${value} does not fit 32 bits signed`);
  }
  return { kind: 'immediate', value: number };
}

/** A register operand. */
export function reg(register: VirtualRegister): Value & { readonly kind: 'register' } {
  return { kind: 'register', register };
}

/** Memory at `register + offset`. */
export function at(register: VirtualRegister, offset = 0): Address & { readonly kind: 'register' } {
  return { kind: 'register', register, offset };
}

/** Memory in a slot of the frame. */
export function inSlot(slot: SlotId, offset = 0): Address & { readonly kind: 'slot' } {
  return { kind: 'slot', slot, offset };
}

/** The address of a slot, as an argument. */
export function slotAddress(slot: SlotId, offset = 0): Argument & { readonly kind: 'slot-address' } {
  return { kind: 'slot-address', slot, offset };
}

/** A map's address, as an argument. */
export function mapAddress(map: string): Argument & { readonly kind: 'map' } {
  return { kind: 'map', map };
}

/** The address of a byte in the only value of an array map, as an argument. */
export function mapValueAddress(map: string, offset = 0): Argument & { readonly kind: 'map-value' } {
  return { kind: 'map-value', map, offset };
}

/** The address of another function of the program, as an argument. */
export function functionAddress(name: string): Argument & { readonly kind: 'function' } {
  return { kind: 'function', function: name };
}

/** Any 64-bit constant, as an argument. */
export function constant(value: bigint): Argument & { readonly kind: 'constant' } {
  return { kind: 'constant', value: BigInt.asIntN(64, value) };
}

/** The context pointer of the program, as an argument. */
export const CONTEXT: Argument & { readonly kind: 'context' } = { kind: 'context' };
