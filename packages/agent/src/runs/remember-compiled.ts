import type { Compilation, Compile, CompileOptions } from '@waggle/bpftrace';

/**
 * A compiler that gives again what it gave for the same script and options, the last few times. For scripts that nothing but the kernel decides on:
 * files of user programs may change meanwhile, the kernel does not.
 */
export function rememberCompiled(compile: Compile, max: number): Compile {
  const kept = new Map<string, Compilation>();
  return (source, facts, options = {}) => {
    const key = keyOf(source, options);
    const compilation = (key === undefined ? undefined : kept.get(key)) ?? compile(source, facts, options);
    if (key === undefined) return compilation;
    // Deleting first moves it to the end: what was asked for last is forgotten last.
    kept.delete(key);
    kept.set(key, compilation);
    if (kept.size > max) kept.delete(kept.keys().next().value!);
    return compilation;
  };
}

/** Undefined where the options hold what has no text: functions that want to be called, ids of cgroups. */
function keyOf(
  { name, text }: { readonly name: string; readonly text: string },
  options: CompileOptions,
): string | undefined {
  if (options.onPhase !== undefined || options.onIr !== undefined || options.guard?.cgroupIds !== undefined)
    return undefined;
  return JSON.stringify([name, text, options]);
}
