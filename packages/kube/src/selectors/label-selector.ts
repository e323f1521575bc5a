/** Which objects, by their labels: all requirements must hold. An empty one takes every object. */
export type LabelSelector = readonly LabelRequirement[];

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Of `in` and `notin`: one or more, sorted, each once. Of `exists` and `!`: none. Else one. */
  readonly values: readonly string[];
}

/** As they are written; `exists` is the bare key. */
export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<';

/** What is wrong with a text, and where. */
export interface TextProblem {
  readonly message: string;
  /** In UTF-16 units. */
  readonly offset: number;
  readonly length: number;
}
