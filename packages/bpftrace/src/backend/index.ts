export type { FrameOverflow } from './check-frames.ts';
export {
  type EmitOptions,
  type EmitResult,
  type EmitStats,
  type EmittedProgram,
  emitProgram,
  type ProgramTooLarge,
} from './emit-program.ts';
