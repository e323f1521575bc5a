import type { Span } from '../../source/span.ts';
import type { TypedExpression, VariableSymbol } from '../../typed/tree.ts';
import type { Type } from '../../types/type.ts';
import { ERROR } from '../../types/type.ts';
import type { TypeEnvironment, VariableSlot } from './environment.ts';

/** A declared variable, as far as it is known. */
export interface ScopedVariable {
  readonly name: string;
  readonly slot: VariableSlot;
  readonly symbol: VariableSymbol;
  readonly span: Span;
  /** From `let $x: type`. */
  readonly declaredType?: Type;
}

/** The variables of one probe, block by block, and the loops around the statement at hand. */
export class Scopes {
  readonly variables: VariableSymbol[] = [];
  loopDepth = 0;
  readonly #blocks: Map<string, ScopedVariable>[] = [new Map()];
  readonly #environment: TypeEnvironment;
  readonly #probeId: string;

  /** @param probeId Unique to the probe, and the same in every round. */
  constructor(environment: TypeEnvironment, probeId: string) {
    this.#environment = environment;
    this.#probeId = probeId;
  }

  /** Runs `body` in a block of its own. */
  within<T>(body: () => T): T {
    this.#blocks.push(new Map());
    try {
      return body();
    } finally {
      this.#blocks.pop();
    }
  }

  /** The same, within a loop. */
  withinLoop<T>(body: () => T): T {
    this.loopDepth += 1;
    try {
      return this.within(body);
    } finally {
      this.loopDepth -= 1;
    }
  }

  find(name: string): ScopedVariable | undefined {
    for (let i = this.#blocks.length - 1; i >= 0; i--) {
      const found = this.#blocks[i]!.get(name);
      if (found) return found;
    }
    return undefined;
  }

  /** Names in reach, for suggestions. */
  get names(): string[] {
    return this.#blocks.flatMap((block) => [...block.keys()]);
  }

  /** Declares in the innermost block. */
  declare(name: string, span: Span, declaredType?: Type): ScopedVariable {
    const index = this.variables.length;
    const slot = this.#environment.variable(`${this.#probeId} ${index}`);
    if (declaredType) this.#environment.growVariable(slot, declaredType, span);
    const constant = !slot.mutable && this.loopDepth === 0;
    const symbol: VariableSymbol = { name, index, type: slot.type ?? ERROR, constant };
    const variable: ScopedVariable = { name, slot, symbol, span, ...(declaredType && { declaredType }) };
    this.variables.push(symbol);
    this.#blocks.at(-1)!.set(name, variable);
    return variable;
  }

  /** Notes that a value goes in; `declares` where the variable is made at the same time. */
  assign(variable: ScopedVariable, value: TypedExpression, declares: boolean): void {
    const { slot } = variable;
    if (!declares) slot.mutable = true;
    if (!variable.declaredType) this.#environment.growVariable(slot, value.type, value.span);
  }
}
