/** A small part of the language, as trees: what computes, and nothing that depends on the machine. */

export interface IntType {
  readonly kind: 'int';
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}

export type ValueType =
  | IntType
  | { readonly kind: 'bool' | 'string' }
  | { readonly kind: 'tuple'; readonly elements: readonly ValueType[] };

export const INT64: IntType = { kind: 'int', bits: 64, signed: true };
export const UINT64: IntType = { kind: 'int', bits: 64, signed: false };
export const BOOL: ValueType = { kind: 'bool' };
export const STRING: ValueType = { kind: 'string' };

export type Value = bigint | boolean | string | readonly Value[];

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>';
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

export interface Place {
  readonly map: string;
  readonly key?: Expression;
}

export type Expression = { readonly type: ValueType } & (
  | { readonly kind: 'constant'; readonly value: bigint | boolean | string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'read'; readonly place: Place }
  | { readonly kind: 'has-key'; readonly map: string; readonly key: Expression }
  | { readonly kind: 'cast'; readonly type: IntType; readonly operand: Expression }
  /** The operands have the types that the rules make of them: see `arithmeticType`. */
  | { readonly kind: 'arithmetic'; readonly type: IntType; readonly operator: ArithmeticOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'negate' | 'complement'; readonly type: IntType; readonly operand: Expression }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'logical'; readonly operator: '&&' | '||'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'choice'; readonly condition: Expression; readonly then: Expression; readonly otherwise: Expression }
  | { readonly kind: 'same-start'; readonly left: Expression; readonly right: Expression; readonly length: number }
  | { readonly kind: 'contains'; readonly text: Expression; readonly part: string }
  | { readonly kind: 'tuple'; readonly elements: readonly Expression[] }
  | { readonly kind: 'element'; readonly of: Expression; readonly index: number }
); // biome-ignore format: a grammar

export type AggregateKind = 'count' | 'sum' | 'min' | 'max';

export type Statement =
  | { readonly kind: 'assign'; readonly name: string; readonly value: Expression }
  | { readonly kind: 'compound'; readonly name: string; readonly type: IntType; readonly operator: ArithmeticOperator; readonly value: Expression }
  /** `$x = $y++` */
  | { readonly kind: 'update'; readonly name: string; readonly of: string; readonly type: IntType; readonly by: 1n | -1n; readonly gives: 'old' | 'new' }
  | { readonly kind: 'store'; readonly place: Place; readonly value: Expression }
  | { readonly kind: 'add'; readonly place: Place; readonly value: Expression }
  | { readonly kind: 'aggregate'; readonly place: Place; readonly aggregate: AggregateKind; readonly value: Expression }
  | { readonly kind: 'delete'; readonly map: string; readonly key: Expression }
  | { readonly kind: 'print'; readonly value: Expression }
  /** Conversions with the values that they show, a space between. */
  | { readonly kind: 'printf'; readonly parts: readonly { readonly conversion: string; readonly value: Expression }[] }
  | { readonly kind: 'if'; readonly condition: Expression; readonly then: readonly Statement[]; readonly otherwise: readonly Statement[] }
  | { readonly kind: 'for'; readonly name: string; readonly from: number; readonly to: number; readonly body: readonly Statement[] }
  | { readonly kind: 'unroll'; readonly times: number; readonly body: readonly Statement[] }
  | { readonly kind: 'break' | 'continue' }; // biome-ignore format: a grammar
