export * from './layout.ts';
export * from './type.ts';
