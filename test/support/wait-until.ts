const POLL_MS = 10;
const DEADLINE_MS = 30_000;

/** Waits for a state of the machine that has no event. @throws Error naming it, after a deadline that only a failure reaches. */
export async function waitUntil(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
