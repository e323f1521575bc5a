import { type Shape, sameShape } from './shape.ts';

export interface ScriptVariable {
  readonly name: string;
  readonly shape: Shape;
  /** The counter of a loop: read only. */
  readonly fixed: boolean;
}

export interface ScriptMapPlan {
  readonly name: string;
  /** None: a scalar map. */
  readonly keys: readonly Shape[];
  /** Absent: it holds an aggregate. */
  readonly value?: Shape;
  /** The call that writes it; `V` stands for the value. */
  readonly aggregate?: string;
}

/** The maps of a script while it is written: whoever writes to one first decides what it holds. */
export class MapsOfScript {
  readonly all: ScriptMapPlan[] = [];

  add(plan: Omit<ScriptMapPlan, 'name'>): ScriptMapPlan {
    const map = { ...plan, name: `@m${this.all.length}` };
    this.all.push(map);
    return map;
  }

  /** Maps whose entries are values of that shape; of aggregates, those that read as a number. */
  holding(shape: Shape): ScriptMapPlan[] {
    return this.all.filter(({ value, aggregate = '' }) =>
      value ? sameShape(value, shape) : shape.kind === 'int' && /^(?:count|sum|avg|min|max)\b/.test(aggregate),
    );
  }
}

/** The variables of a probe that can be read at one place, block by block. */
export class VariablesInScope {
  readonly #blocks: ScriptVariable[][] = [[]];
  #count = 0;

  declare(shape: Shape, { fixed = false } = {}): ScriptVariable {
    const variable = { name: `$v${this.#count++}`, shape, fixed };
    this.#blocks.at(-1)!.push(variable);
    return variable;
  }

  /** The name of a variable that nobody will refer to. */
  passing(): string {
    return `$v${this.#count++}`;
  }

  within<T>(write: () => T): T {
    this.#blocks.push([]);
    const result = write();
    this.#blocks.pop();
    return result;
  }

  of(shape: Shape): ScriptVariable[] {
    return this.all.filter((variable) => sameShape(variable.shape, shape));
  }

  get all(): ScriptVariable[] {
    return this.#blocks.flat();
  }
}
