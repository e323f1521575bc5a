export type * from './ast.ts';
export { isTypeName } from './known-names.ts';
export { parse } from './parser.ts';
export { binaryPrecedence } from './precedence.ts';
export { printScript } from './print.ts';
export { stringBytes } from './string-bytes.ts';
