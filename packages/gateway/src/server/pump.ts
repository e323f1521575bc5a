import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

/**
 * Sends chunks as fast as the reader takes them, until there are no more, the reader goes, or the signal fires.
 *
 * @returns whether all were sent
 */
export async function pump(
  chunks: AsyncIterable<Uint8Array>,
  response: ServerResponse | Http2ServerResponse,
  signal: AbortSignal,
): Promise<boolean> {
  const iterator = chunks[Symbol.asyncIterator]();
  let wake = (): void => {};
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort, { once: true });
  // Not Promise.race: what that ties to a promise that lives as long as the stream stays in memory for as long.
  const unlessStopped = <T>(promise: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  try {
    while (!signal.aborted) {
      const next = await unlessStopped(iterator.next());
      if (next === undefined) break;
      if (next.done === true) return true;
      if (!write(response, next.value)) await unlessStopped(once(response, 'drain'));
    }
    return false;
  } finally {
    signal.removeEventListener('abort', onAbort);
    void iterator.return?.();
  }
}

function write(response: ServerResponse | Http2ServerResponse, chunk: Uint8Array): boolean {
  // The two have the same method, with parameters that TypeScript cannot join.
  return (response as ServerResponse).write(chunk);
}
