/** What the compiler asks of the machine, answered by this one: for tests that compile real scripts. */
import { release } from 'node:os';
import { listTracepoints, openKernelBtf, possibleCpus, readTracepointFormat } from '@waggle/bpf';
import { compile } from '../compile.ts';
import type { CompileOptions } from '../compile-options.ts';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import type { CompiledScript } from '../script/compiled-script.ts';
import { SourceText } from '../source/source-text.ts';
import { testFacts } from './tree.test-kit.ts';

/** `[6, 12]`. */
function runningKernel(): readonly [number, number] {
  const [major, minor] = release().split('.');
  return [Number(major), Number(minor)];
}

/** A machine that has this kernel, and nothing else to tell. */
export const thisKernel: KernelFacts = testFacts({ kernelVersion: runningKernel() });

export function machineFacts(): KernelFacts {
  const btf = openKernelBtf();
  const cpus = possibleCpus();
  return testFacts({
    btf,
    kernelVersion: runningKernel(),
    cpus: { online: cpus, possible: cpus },
    tracepoints: () => listTracepoints().map(({ category, name }) => `${category}:${name}`),
    tracepointFormat: readTracepointFormat,
  });
}

/** Compiles a script that has no mistakes. */
export function compileText(text: string, facts: KernelFacts, options: CompileOptions = {}): CompiledScript {
  const { script, diagnostics } = compile(new SourceText('test.bt', text), facts, options);
  if (!script) throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  return script;
}
