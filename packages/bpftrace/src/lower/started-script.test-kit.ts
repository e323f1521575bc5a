/** Runs scripts on what this process does, for tests. */
import { attach, type Link } from '@waggle/bpf';
import { afterEach } from 'vitest';
import type { CompileOptions } from '../compile-options.ts';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import type { CompiledScript } from '../script/compiled-script.ts';
import { type LoadedScript, loadScript } from './loaded-script.test-kit.ts';
import { compileText } from './machine-facts.test-kit.ts';

export interface StartedScript extends LoadedScript {
  readonly script: CompiledScript;
}

export interface ScriptStarter {
  /** Compiles, loads and attaches; by default the guard is this process. */
  start(text: string, options?: CompileOptions): StartedScript;
  /** Detaches whatever runs; every test ends with that. */
  stop(): void;
}

export function startScripts(facts: KernelFacts): ScriptStarter {
  const links: Link[] = [];
  const stop = () => {
    for (const link of links.splice(0)) link.close();
  };
  afterEach(stop);
  const start = (text: string, options: CompileOptions = { guard: { pids: [process.pid] } }) => {
    const script = compileText(text, facts, options);
    const loaded = loadScript(script);
    try {
      script.programs.forEach(({ attachPoints }, i) => {
        for (const point of attachPoints) {
          if (point.attach.kind !== 'test-run') links.push(attach(loaded.programs[i]!, point.attach));
        }
      });
    } catch (error) {
      loaded[Symbol.dispose]();
      throw error;
    }
    return { ...loaded, script };
  };
  return { start, stop };
}

/** A system call of this process with a path in it. */
export function openMissing(path: string): void {
  try {
    process.chdir(path);
  } catch {
    // ENOENT, as it should be.
  }
}
