import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** When a file last grew, once it has not for so long: then everything is there. */
export async function lastGrowth(path: string, silenceMs: number): Promise<number> {
  let size = -1;
  let since = performance.now();
  while (performance.now() - since < silenceMs) {
    const now = statSync(path).size;
    if (now !== size) {
      size = now;
      since = performance.now();
    }
    await sleep(5);
  }
  return since;
}
