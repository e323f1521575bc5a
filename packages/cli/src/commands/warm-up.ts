import { SourceText } from '@waggle/bpftrace';
import { listGadgets } from '@waggle/gadgets';
import { prepareTrace } from '@waggle/trace';
import { check } from './check.ts';

/** Compiles every gadget, for the build: what has run is in V8's code cache. Says nothing, whatever this machine lacks. */
export async function warmUp(): Promise<void> {
  await check({ eval: 'BEGIN { @ = hist(1); printf("%d %s", 1, "a"); exit() }', parameters: [] });
  for (const { name, script } of listGadgets()) prepareTrace({ source: new SourceText(name, script) });
  await import('./run/run.ts');
}
