export * from './print-type.ts';
export * from './print-typed-expression.ts';
export * from './print-typed-script.ts';
export type * from './tree.ts';
