export { type EmitResult, emitProgram } from './emit-program.ts';
