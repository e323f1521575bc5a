export * from './lower-program.ts';
export * from './lower-script.ts';
export * from './script-state.ts';
