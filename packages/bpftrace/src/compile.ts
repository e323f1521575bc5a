import type { CompileOptions, Guard } from './compile-options.ts';
import { compileTyped } from './compile-typed.ts';
import { type Diagnostic, Diagnostics } from './diagnostics/diagnostic.ts';
import type { KernelFacts } from './facts/kernel-facts.ts';
import { check } from './passes/check.ts';
import type { CompiledScript } from './script/compiled-script.ts';
import type { SourceText } from './source/source-text.ts';
import { parse } from './syntax/parser.ts';

export type { CompileOptions, CompilePhase, Guard } from './compile-options.ts';

export interface Compilation {
  /** Absent where there are errors. */
  readonly script?: CompiledScript;
  /** In source order. */
  readonly diagnostics: readonly Diagnostic[];
}

export type Compile = (source: SourceText, facts: KernelFacts, options?: CompileOptions) => Compilation;

/**
 * Compiles a script of the bpftrace language for the kernel that `facts` tells of. Pure: no I/O, and the same input gives the same
 * output. Mistakes come back as diagnostics, all that can be found in one run.
 */
export const compile: Compile = (source, facts, given = {}) => {
  const options = given.confined && !given.guard ? { ...given, guard: NOBODY } : given;
  const diagnostics = new Diagnostics();
  const script = compileTo(source, facts, options, diagnostics);
  options.onPhase?.('done');
  return { ...(script && { script }), diagnostics: diagnostics.list() };
};

/** A target set without anything in it. */
const NOBODY: Guard = { cgroupLevels: [] };

function compileTo(
  source: SourceText,
  facts: KernelFacts,
  options: CompileOptions,
  diagnostics: Diagnostics,
): CompiledScript | undefined {
  options.onPhase?.('parse');
  const tree = parse(source, diagnostics);
  options.onPhase?.('check');
  const typed = check(tree, source, facts, options, diagnostics);
  return typed && !diagnostics.hasErrors ? compileTyped(typed, source, facts, options, diagnostics) : undefined;
}
