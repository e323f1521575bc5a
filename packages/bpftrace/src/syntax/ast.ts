/**
 * The syntax tree: what the script says, before anything is known about names or types.
 *
 * The parser accepts the whole language and recovers from errors; what it could not understand is an `error` node, so
 * that later passes see every other part of the script. Passes never change a tree: they make new ones.
 */
import type { Span } from '../source/span.ts';

interface Node {
  readonly span: Span;
}

export interface Script extends Node {
  readonly kind: 'script';
  /** In source order. */
  readonly items: readonly Item[];
  readonly comments: readonly Comment[];
}

/** `text` is the whole comment with its markers. */
export interface Comment extends Node {
  readonly text: string;
}

export type Item = CDefinition | ConfigBlock | MapDeclaration | Probe | Macro | Subprogram | Import | ErrorNode;

/** What could not be parsed; the diagnostic has been given. Stands for an item, a statement or an expression. */
export interface ErrorNode extends Node {
  readonly kind: 'error';
}

export interface Name extends Node {
  readonly text: string;
}

// Items ----------------------------------------------------------------------------------------------------------------

/** `#define`, `#include`, `#ifdef`…, or a `struct`, `union` or `enum` definition. */
export type CDefinition = StructDefinition | EnumDefinition | PreprocessorLine;

export interface StructDefinition extends Node {
  readonly kind: 'struct-definition';
  readonly union: boolean;
  /** Absent for anonymous members. */
  readonly name?: Name;
  readonly members: readonly StructMember[];
}

export interface StructMember extends Node {
  /** Absent: an anonymous struct or union. */
  readonly name?: Name;
  readonly type: TypeSyntax | StructDefinition | EnumDefinition;
  readonly bitfieldSize?: number;
}

export interface EnumDefinition extends Node {
  readonly kind: 'enum-definition';
  readonly name?: Name;
  readonly values: readonly { readonly name: Name; readonly value?: Expression }[];
}

/** Macros of `#define` without parameters are replaced by the parser already; the line stays here for printing. */
export interface PreprocessorLine extends Node {
  readonly kind: 'preprocessor';
  readonly text: string;
}

/** `config = { max_map_keys = 10; }` */
export interface ConfigBlock extends Node {
  readonly kind: 'config';
  readonly entries: readonly { readonly name: Name; readonly value: Expression }[];
}

/** `let @m = lruhash(100);` */
export interface MapDeclaration extends Node {
  readonly kind: 'map-declaration';
  /** With its `@`. */
  readonly name: Name;
  readonly type: Name;
  readonly args: readonly Expression[];
}

/** `import "x.bt";` */
export interface Import extends Node {
  readonly kind: 'import';
  readonly path: string;
}

export interface Probe extends Node {
  readonly kind: 'probe';
  readonly attachPoints: readonly AttachPoint[];
  readonly predicate?: Expression;
  readonly body: Block;
}

/** `tracepoint:syscalls:sys_enter_*`, split at its colons; quoted parts have lost their quotes. */
export interface AttachPoint extends Node {
  /** As written, with alias and case: `t`, `BEGIN`, `kprobe`. */
  readonly provider: Name;
  readonly parts: readonly Name[];
  /** The whole as the user spells it: the value of the builtin `probe` where nothing is expanded. */
  readonly text: string;
}

/** `macro f($x, @m, e) { … }` */
export interface Macro extends Node {
  readonly kind: 'macro';
  readonly name: Name;
  readonly params: readonly (VariableRef | MapRef | Identifier)[];
  readonly body: Block;
}

/** `fn f($x : uint64): uint64 { … }` */
export interface Subprogram extends Node {
  readonly kind: 'subprogram';
  readonly name: Name;
  readonly params: readonly { readonly variable: VariableRef; readonly type: TypeSyntax }[];
  readonly returns: TypeSyntax;
  readonly body: Block;
}

// Types ----------------------------------------------------------------------------------------------------------------

/** A written type: `uint64`, `struct task_struct *`, `int32[4]`, `string[16]`, `typeof(x)`. */
export interface TypeSyntax extends Node {
  readonly kind: 'type';
  /** `struct`, `union`, `enum` where written. */
  readonly tag?: 'struct' | 'union' | 'enum';
  /** `unsigned long` comes as one name with single spaces. Absent where `typeof` is there. */
  readonly name: string;
  readonly typeOf?: Expression | TypeSyntax;
  readonly pointers: number;
  /** Array lengths from the outside in; undefined for `[]`. For `string[16]` the one length is its size. */
  readonly lengths: readonly (Expression | undefined)[];
}

// Statements -----------------------------------------------------------------------------------------------------------

export type Statement = ExpressionStatement | Assignment | Let | If | Unroll | While | For | Jump | Block | ErrorNode;

export interface Block extends Node {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
  /** A block expression's value: the last expression, with no semicolon behind it. Absent in statement blocks. */
  readonly value?: Expression;
}

export interface ExpressionStatement extends Node {
  readonly kind: 'expression-statement';
  readonly expression: Expression;
}

/** `target = value`, `target += value`; `_ = value` where `target` is `discard`. */
export interface Assignment extends Node {
  readonly kind: 'assignment';
  readonly target: VariableRef | MapRef | Discard | Expression;
  /** The operator before `=`: `+` for `+=`. */
  readonly operator?: BinaryOperator;
  readonly value: Expression;
}

export interface Discard extends Node {
  readonly kind: 'discard';
}

/** `let $x: uint64 = 1;` */
export interface Let extends Node {
  readonly kind: 'let';
  readonly variable: VariableRef;
  readonly type?: TypeSyntax;
  readonly value?: Expression;
}

export interface If extends Node {
  readonly kind: 'if';
  readonly condition: Expression;
  /** `if comptime …` */
  readonly comptime: boolean;
  readonly then: Block;
  readonly otherwise?: Block | If;
}

export interface Unroll extends Node {
  readonly kind: 'unroll';
  readonly count: Expression;
  readonly body: Block;
}

export interface While extends Node {
  readonly kind: 'while';
  readonly condition: Expression;
  readonly body: Block;
}

/** `for $i : 0..10 { }` (end exclusive) and `for $kv : @m { }`. */
export interface For extends Node {
  readonly kind: 'for';
  readonly variable: VariableRef;
  readonly over: { readonly kind: 'range'; readonly start: Expression; readonly end: Expression } | MapRef;
  readonly body: Block;
}

export interface Jump extends Node {
  readonly kind: 'jump';
  readonly jump: 'return' | 'break' | 'continue';
  readonly value?: Expression;
}

// Expressions ----------------------------------------------------------------------------------------------------------

export type Expression =
  | IntegerLiteral
  | StringLiteral
  | BooleanLiteral
  | Identifier
  | PositionalParam
  | PositionalCount
  | VariableRef
  | MapRef
  | Call
  | Unary
  | Update
  | Binary
  | Ternary
  | IfExpression
  | Cast
  | Member
  | TupleMember
  | Index
  | TupleLiteral
  | RecordLiteral
  | SizeOf
  | OffsetOf
  | TypeOf
  | Comptime
  | BlockExpression
  | ErrorNode;

/** `value` as written, before any type: 0..2^64-1. Durations (`1ms`) and `1e6` are folded in. */
export interface IntegerLiteral extends Node {
  readonly kind: 'integer';
  readonly value: bigint;
  /** `u`, `ul`, `ull`, … where written: the literal is unsigned. */
  readonly unsigned: boolean;
  readonly text: string;
}

export interface StringLiteral extends Node {
  readonly kind: 'string';
  /** Escapes resolved. */
  readonly value: string;
}

export interface BooleanLiteral extends Node {
  readonly kind: 'boolean';
  readonly value: boolean;
}

/** A builtin (`pid`, `curtask`), an enum constant, or a macro's parameter. */
export interface Identifier extends Node {
  readonly kind: 'identifier';
  readonly name: string;
}

/** `$1` */
export interface PositionalParam extends Node {
  readonly kind: 'positional';
  /** From 1. */
  readonly index: number;
}

/** `$#` */
export interface PositionalCount extends Node {
  readonly kind: 'positional-count';
}

export interface VariableRef extends Node {
  readonly kind: 'variable';
  /** With its `$`. */
  readonly name: string;
}

/** `@x`, `@`, `@x[k]`, `@x[a, b]`. */
export interface MapRef extends Node {
  readonly kind: 'map';
  /** With its `@`; `@` alone is the nameless map. */
  readonly name: string;
  /** `@x[a, b]` and `@x[(a, b)]` are the same: the one key is then a tuple. */
  readonly key?: Expression;
}

export interface Call extends Node {
  readonly kind: 'call';
  readonly name: Name;
  /** Arguments may be types for some functions: those come as `TypeSyntax`. */
  readonly args: readonly (Expression | TypeSyntax)[];
}

export type UnaryOperator = '-' | '!' | '~' | '*' | '&';

export interface Unary extends Node {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

/** `++x`, `x--`. */
export interface Update extends Node {
  readonly kind: 'update';
  readonly operator: '++' | '--';
  readonly prefix: boolean;
  readonly target: Expression;
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '&'
  | '|'
  | '^'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '&&'
  | '||';

export interface Binary extends Node {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `a ? b : c`; `a ?: c` has no `then`. */
export interface Ternary extends Node {
  readonly kind: 'ternary';
  readonly condition: Expression;
  readonly then?: Expression;
  readonly otherwise: Expression;
}

export interface IfExpression extends Node {
  readonly kind: 'if-expression';
  readonly condition: Expression;
  readonly comptime: boolean;
  readonly then: Expression;
  readonly otherwise: Expression;
}

export interface Cast extends Node {
  readonly kind: 'cast';
  readonly type: TypeSyntax;
  readonly operand: Expression;
}

/** `a.b` and `a->b` mean the same. */
export interface Member extends Node {
  readonly kind: 'member';
  readonly object: Expression;
  readonly name: Name;
  readonly arrow: boolean;
}

/** `t.0` */
export interface TupleMember extends Node {
  readonly kind: 'tuple-member';
  readonly object: Expression;
  readonly index: number;
}

export interface Index extends Node {
  readonly kind: 'index';
  readonly object: Expression;
  readonly index: Expression;
}

/** `(a, b)`, `(a,)`, `()`. */
export interface TupleLiteral extends Node {
  readonly kind: 'tuple';
  readonly elements: readonly Expression[];
}

/** `(a = 1, b = 2)` */
export interface RecordLiteral extends Node {
  readonly kind: 'record';
  readonly fields: readonly { readonly name: Name; readonly value: Expression }[];
}

export interface SizeOf extends Node {
  readonly kind: 'sizeof';
  readonly operand: TypeSyntax | Expression;
}

/** `offsetof(struct foo, a.b)` */
export interface OffsetOf extends Node {
  readonly kind: 'offsetof';
  readonly operand: TypeSyntax | Expression;
  readonly path: readonly Name[];
}

/** `typeof(x)`, `typeinfo(x)` as values. */
export interface TypeOf extends Node {
  readonly kind: 'typeof' | 'typeinfo';
  readonly operand: TypeSyntax | Expression;
}

export interface Comptime extends Node {
  readonly kind: 'comptime';
  readonly operand: Expression;
}

/** `{ let $a = 1; $a + 1 }` in the place of an expression. */
export interface BlockExpression extends Node {
  readonly kind: 'block-expression';
  readonly block: Block;
}
