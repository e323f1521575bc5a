/** What the compiler asks of the machine, answered by this one: for tests that compile real scripts. */
import { listTracepoints, openKernelBtf, possibleCpus, readTracepointFormat } from '@waggle/bpf';
import { findMember, memberNames } from '@waggle/bpf/btf';
import { compile } from '../compile.ts';
import type { CompileOptions } from '../compile-options.ts';
import type { KernelBtf, KernelFacts } from '../facts/kernel-facts.ts';
import type { CompiledScript } from '../script/compiled-script.ts';
import { SourceText } from '../source/source-text.ts';
import { testFacts } from './tree.test-kit.ts';

export function machineFacts(): KernelFacts {
  const btf = kernelBtf();
  const cpus = possibleCpus();
  return testFacts({
    btf,
    cpus: { online: cpus, possible: cpus },
    tracepoints: () => listTracepoints().map(({ category, name }) => `${category}:${name}`),
    tracepointFormat: readTracepointFormat,
  });
}

function kernelBtf(): KernelBtf {
  const types = openKernelBtf();
  return {
    typeCount: types.typeCount,
    type: (id) => types.type(id),
    find: (name, ...kinds) => types.find(name, ...kinds),
    allOf: (kind) => types.allOf(kind),
    resolve: (id) => types.resolve(id),
    sizeOf: (id) => types.sizeOf(id),
    findMember: (structId, path) => findMember(types, structId, path),
    memberNames: (structId) => memberNames(types, structId),
    enumerator(name) {
      const found = types.enumerator(name);
      return found && { enumId: found.type.id, value: found.value };
    },
  };
}

/** Compiles a script that has no mistakes. */
export function compileText(text: string, facts: KernelFacts, options: CompileOptions = {}): CompiledScript {
  const { script, diagnostics } = compile(new SourceText('test.bt', text), facts, options);
  if (!script) throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  return script;
}
