export { type Feature, type Hook, type ProbedProgram, probeFeature, requireFeature } from './features.ts';
export { openKernelBtf, openModuleTypes } from './kernel-btf.ts';
export { type LoadOptions, loadProgram } from './load-program.ts';
export { Program, type ProgramInfo } from './program.ts';
export { enableStats } from './stats.ts';
export type { TestRun, TestRunResult } from './test-run.ts';
export { readVerifierLog, VerifierError, type VerifierVerdict } from './verifier-error.ts';
