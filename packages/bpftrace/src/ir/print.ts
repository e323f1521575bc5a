import type { Address, Argument, IrFunction, IrInstruction, IrProgram, Terminator } from './ir.ts';

/**
 * The program as text, for people and for golden tests:
 *
 * ```
 * function main(%0)
 *   slot $0 key: 16 bytes, align 8
 * b0:
 *   %1 = load4 [%0 + 8]
 *   store8 [$0 key + 0], %1
 *   branch %1 ne 0 then b1 otherwise b2
 * ```
 */
export function printIr(program: IrProgram): string {
  return program.functions.map(printIrFunction).join('\n');
}

/** One function, as `printIr` has it. */
export function printIrFunction(fn: IrFunction): string {
  const slotName = (slot: number) => `$${slot} ${fn.slots[slot]?.name ?? '?'}`;
  const lines = [`function ${fn.name}(${fn.params.map((register) => `%${register}`).join(', ')})`];
  for (const slot of fn.slots) lines.push(`  slot ${slotName(slot.id)}: ${slot.sizeBytes} bytes, align ${slot.align}`);
  for (const block of fn.blocks) {
    lines.push(`b${block.id}:`);
    for (const instruction of block.instructions) lines.push(`  ${printInstruction(instruction, slotName)}`);
    lines.push(`  ${printTerminator(block.terminator)}`);
  }
  return `${lines.join('\n')}\n`;
}

type SlotName = (slot: number) => string;

function printInstruction(instruction: IrInstruction, slotName: SlotName): string {
  const text = printOperation(instruction, slotName);
  const dst = instruction.kind === 'store' ? undefined : instruction.dst;
  return dst === undefined ? text : `%${dst} = ${text}`;
}

function printOperation(insn: IrInstruction, slotName: SlotName): string {
  switch (insn.kind) {
    case 'const':
      return `const ${insn.value}`;
    case 'copy':
      return `%${insn.src}`;
    case 'binary':
      return `${insn.op}${insn.bits} %${insn.left}, ${printArgument(insn.right, slotName)}`;
    case 'neg':
      return `neg %${insn.src}`;
    case 'extend':
      return `extend ${insn.signed ? 's' : 'u'}${insn.bits} %${insn.src}`;
    case 'byte-swap':
      return `be${insn.bits} %${insn.src}`;
    case 'load':
      return `load${insn.size} ${printAddress(insn.address, slotName)}`;
    case 'store':
      return `store${insn.size} ${printAddress(insn.address, slotName)}, ${printArgument(insn.value, slotName)}`;
    case 'atomic':
      return `atomic ${insn.op}${insn.size} ${printAddress(insn.address, slotName)}, %${insn.value}`;
    case 'address':
      return printArgument(insn.of, slotName);
    case 'call':
      return `call helper#${insn.helper}(${printArguments(insn.args, slotName)})`;
    case 'call-function':
      return `call ${insn.function}(${printArguments(insn.args, slotName)})`;
    default:
      return insn satisfies never;
  }
}

function printTerminator(terminator: Terminator): string {
  switch (terminator.kind) {
    case 'goto':
      return `goto b${terminator.target}`;
    case 'branch': {
      const { op, bits, left, right, then, otherwise, likely } = terminator;
      const condition = `%${left} ${op}${bits === 32 ? '32' : ''} ${printArgument(right, String)}`;
      return `branch ${condition} then b${then} otherwise b${otherwise}${likely ? ` likely ${likely}` : ''}`;
    }
    case 'return':
      return `return ${printArgument(terminator.value, String)}`;
    default:
      return terminator satisfies never;
  }
}

function printArguments(args: readonly Argument[], slotName: SlotName): string {
  return args.map((argument) => printArgument(argument, slotName)).join(', ');
}

function printArgument(argument: Argument, slotName: SlotName): string {
  switch (argument.kind) {
    case 'register':
      return `%${argument.register}`;
    case 'immediate':
      return `${argument.value}`;
    case 'constant':
      return `constant ${argument.value}`;
    case 'slot-address':
      return `&[${slotName(argument.slot)} + ${argument.offset}]`;
    case 'map':
      return `map ${argument.map}`;
    case 'map-value':
      return `map value ${argument.map} + ${argument.offset}`;
    case 'function':
      return `function ${argument.function}`;
    case 'context':
      return 'context';
    default:
      return argument satisfies never;
  }
}

function printAddress(address: Address, slotName: SlotName): string {
  const base = address.kind === 'register' ? `%${address.register}` : slotName(address.slot);
  return `[${base} + ${address.offset}]`;
}
