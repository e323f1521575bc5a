export * from './function-builder.ts';
export * from './ir.ts';
export * from './operands.ts';
export * from './print.ts';
export * from './validate.ts';
export * from './values.ts';
