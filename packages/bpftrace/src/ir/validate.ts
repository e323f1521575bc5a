import type { Address, Argument, Block, IrFunction, IrInstruction, IrProgram, Terminator, Value } from './ir.ts';
import { definitionOf, successorsOf, visitUses } from './operands.ts';
import { fitsImmediate } from './values.ts';

/** At most r1 to r5. */
const MAX_ARGUMENTS = 5;

/**
 * What is wrong with a program's structure, one line a mistake, `[]` where it is sound: targets, slots, functions and registers that exist,
 * immediates and offsets that fit, aligned accesses within their slots, and no register that is read where no path has written it.
 */
export function validateIr(program: IrProgram): readonly string[] {
  const names = new Set<string>();
  const mistakes: string[] = program.functions.length === 0 ? ['program without a function'] : [];
  for (const fn of program.functions) {
    if (names.has(fn.name)) mistakes.push(`${fn.name}: function is there twice`);
    names.add(fn.name);
  }
  for (const [index, fn] of program.functions.entries()) {
    const check = new FunctionCheck(fn, names, index === 0);
    mistakes.push(...check.run());
  }
  return mistakes;
}

class FunctionCheck {
  readonly #fn: IrFunction;
  readonly #functions: ReadonlySet<string>;
  readonly #isMain: boolean;
  readonly #mistakes: string[] = [];
  #place = '';

  constructor(fn: IrFunction, functions: ReadonlySet<string>, isMain: boolean) {
    this.#fn = fn;
    this.#functions = functions;
    this.#isMain = isMain;
  }

  run(): readonly string[] {
    const { name, blocks, params, slots } = this.#fn;
    this.#place = name;
    if (blocks.length === 0) this.#report('no block');
    if (params.length > MAX_ARGUMENTS) this.#report(`${params.length} parameters, at most ${MAX_ARGUMENTS} are wanted`);
    for (const [index, slot] of slots.entries()) {
      if (slot.id !== index) this.#report(`slot ${slot.name} has id ${slot.id}, expected ${index}`);
      if (!Number.isInteger(slot.sizeBytes) || slot.sizeBytes <= 0)
        this.#report(`slot ${slot.name} has ${slot.sizeBytes} bytes`);
    }
    const ids = new Set(blocks.map((block) => block.id));
    if (ids.size !== blocks.length) this.#report('two blocks have the same id');
    for (const block of blocks) this.#checkBlock(block, ids);
    if (this.#mistakes.length === 0) this.#checkDefinitions();
    return this.#mistakes;
  }

  #checkBlock(block: Block, ids: ReadonlySet<number>): void {
    for (const [index, instruction] of block.instructions.entries()) {
      this.#place = `${this.#fn.name} b${block.id}[${index}]`;
      this.#checkRegisters(instruction);
      this.#checkInstruction(instruction);
    }
    this.#place = `${this.#fn.name} b${block.id} terminator`;
    const { terminator } = block;
    this.#checkRegisters(terminator);
    if (terminator.kind === 'return') this.#checkValue(terminator.value);
    if (terminator.kind === 'branch') this.#checkValue(terminator.right);
    for (const target of successorsOf(terminator)) if (!ids.has(target)) this.#report(`no block b${target}`);
  }

  #checkRegisters(item: IrInstruction | Terminator): void {
    const check = (register: number | undefined) => {
      if (register !== undefined && !(register >= 0 && register < this.#fn.registerCount))
        this.#report(`no register %${register}`);
    };
    visitUses(item, check);
    if (item.kind !== 'goto' && item.kind !== 'branch' && item.kind !== 'return') check(definitionOf(item));
  }

  #checkInstruction(insn: IrInstruction): void {
    switch (insn.kind) {
      case 'const':
        if (BigInt.asIntN(64, insn.value) !== insn.value && BigInt.asUintN(64, insn.value) !== insn.value) {
          this.#report(`constant ${insn.value} does not fit 64 bits`);
        }
        return;
      case 'binary':
        this.#checkValue(insn.right);
        return;
      case 'load':
        this.#checkAddress(insn.address, insn.size);
        return;
      case 'store':
        this.#checkValue(insn.value);
        this.#checkAddress(insn.address, insn.size);
        return;
      case 'atomic':
        if (insn.op === 'cmpxchg') this.#report('cmpxchg has no operand for what it expects');
        this.#checkAddress(insn.address, insn.size);
        return;
      case 'address':
        this.#checkArgument(insn.of);
        return;
      case 'call':
      case 'call-function':
        if (insn.args.length > MAX_ARGUMENTS)
          this.#report(`${insn.args.length} arguments, at most ${MAX_ARGUMENTS} are wanted`);
        for (const argument of insn.args) this.#checkArgument(argument);
        if (insn.kind === 'call-function') this.#checkFunction(insn.function);
        return;
      default:
        return;
    }
  }

  #checkArgument(argument: Argument): void {
    switch (argument.kind) {
      case 'immediate':
        this.#checkValue(argument);
        return;
      case 'function':
        this.#checkFunction(argument.function);
        return;
      case 'context':
        if (!this.#isMain) this.#report('only the main function has the context');
        else if (this.#fn.params.length === 0) this.#report('the function does not take the context');
        return;
      case 'slot-address': {
        const slot = this.#fn.slots[argument.slot];
        if (!slot) this.#report(`no slot $${argument.slot}`);
        else if (argument.offset < 0 || argument.offset >= slot.sizeBytes)
          this.#report(`offset ${argument.offset} in slot ${slot.name} of ${slot.sizeBytes} bytes`);
        return;
      }
      default:
        return;
    }
  }

  #checkFunction(name: string): void {
    if (!this.#functions.has(name)) this.#report(`no function ${name}`);
  }

  #checkValue(value: Value): void {
    if (value.kind === 'immediate' && !(Number.isInteger(value.value) && fitsImmediate(value.value))) {
      this.#report(`immediate ${value.value} does not fit 32 bits signed`);
    }
  }

  #checkAddress(address: Address, size: number): void {
    if (address.kind === 'register') {
      if (address.offset < -0x8000 || address.offset > 0x7fff)
        this.#report(`offset ${address.offset} does not fit 16 bits`);
      return;
    }
    const slot = this.#fn.slots[address.slot];
    if (!slot) {
      this.#report(`no slot $${address.slot}`);
      return;
    }
    if (address.offset < 0 || address.offset + size > slot.sizeBytes) {
      this.#report(`${size} bytes at ${address.offset} in slot ${slot.name} of ${slot.sizeBytes} bytes`);
    } else if (address.offset % size !== 0 || slot.align < size) {
      this.#report(`${size} bytes at ${address.offset} in slot ${slot.name} aligned to ${slot.align}`);
    }
  }

  /** Forward: which registers some path has written. */
  #checkDefinitions(): void {
    const { blocks, params } = this.#fn;
    const entry = blocks[0];
    if (!entry) return;
    const byId = new Map(blocks.map((block) => [block.id, block]));
    const written = new Map<Block, Set<number>>([[entry, new Set(params)]]);
    const work = [entry];
    for (let block = work.pop(); block; block = work.pop()) {
      const after = new Set(written.get(block));
      for (const instruction of block.instructions) {
        const dst = definitionOf(instruction);
        if (dst !== undefined) after.add(dst);
      }
      for (const target of successorsOf(block.terminator)) {
        const successor = byId.get(target)!;
        const before = written.get(successor) ?? new Set();
        const size = written.has(successor) ? before.size : -1;
        for (const register of after) before.add(register);
        written.set(successor, before);
        if (before.size !== size) work.push(successor);
      }
    }
    for (const [block, before] of written) this.#checkUses(block, new Set(before));
  }

  #checkUses(block: Block, written: Set<number>): void {
    const check = (register: number) => {
      if (!written.has(register)) this.#report(`register %${register} is read but no path has written it`);
    };
    for (const [index, instruction] of block.instructions.entries()) {
      this.#place = `${this.#fn.name} b${block.id}[${index}]`;
      visitUses(instruction, check);
      const dst = definitionOf(instruction);
      if (dst !== undefined) written.add(dst);
    }
    this.#place = `${this.#fn.name} b${block.id} terminator`;
    visitUses(block.terminator, check);
  }

  #report(mistake: string): void {
    this.#mistakes.push(`${this.#place}: ${mistake}`);
  }
}
