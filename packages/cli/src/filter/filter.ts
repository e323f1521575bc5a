/** The tree of a `--filter` expression. */
export type Filter =
  | { readonly kind: 'or' | 'and'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly operand: Filter }
  | { readonly kind: 'compare'; readonly operator: CompareOperator; readonly left: Operand; readonly right: Operand }
  /** A column, or a constant, alone: true unless empty, zero or false. */
  | { readonly kind: 'truth'; readonly operand: Operand };

export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~';

export type Operand =
  | { readonly kind: 'column'; readonly name: string; readonly start: number }
  | { readonly kind: 'constant'; readonly value: string | number | bigint | boolean | null };
