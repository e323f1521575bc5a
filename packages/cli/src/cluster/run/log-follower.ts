import { setTimeout as sleep } from 'node:timers/promises';
import { FRAMES_MEDIA_TYPE, type KubeClient, KubeConnectionError, KubeError } from '@waggle/kube';
import type { FrameReader } from '@waggle/trace/stream';
import { isMissingApi, notDeployed } from '../connection/explain-error.ts';
import { logPath, type TracePlace } from './trace-place.ts';

export interface FollowOptions {
  readonly client: KubeClient;
  readonly place: TracePlace;
  readonly reader: FrameReader;
  /** False: only what is there by now. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Tells the user. */
  readonly say: (text: string) => void;
}

/**
 * How reading came to its end: with the stream's own; without it, at what was there so far; because the trace has been deleted; or because the signal
 * said so.
 */
export type FollowEnd = 'ended' | 'so-far' | 'gone' | 'aborted';

/** So long, a stream that was there is tried again; one that never was. */
const PATIENCE_MS = { interrupted: 120_000, never: 20_000 } as const;
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 3000;

/**
 * Reads a trace's log through the API server to its end. A connection that breaks (a gateway that ends, an API server that starts again) is made anew,
 * and the log goes on where it was.
 *
 * @throws KubeError, KubeConnectionError where there is no log to be had; StreamError where it is damaged
 */
export async function followLog(options: FollowOptions): Promise<FollowEnd> {
  const { reader, follow, signal, say } = options;
  let lostAt: number | undefined;
  let everRead = false;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    let trouble: string;
    try {
      await readOnce(options, () => {
        if (lostAt !== undefined) say(everRead ? 'connected again: the trace goes on' : 'connected');
        lostAt = undefined;
        everRead = true;
        pauseMs = FIRST_PAUSE_MS;
      });
      if (reader.end !== undefined) return 'ended';
      if (!follow) return 'so-far';
      trouble = 'the stream broke off';
    } catch (error) {
      if (signal.aborted) return 'aborted';
      if (error instanceof KubeError && error.code === 404) {
        if (!isMissingApi(error)) return 'gone';
        if (!everRead) throw notDeployed(error);
      } else if (!isPassing(error)) throw error;
      if (lostAt !== undefined && performance.now() - lostAt > PATIENCE_MS[everRead ? 'interrupted' : 'never'])
        throw error;
      trouble = (error as Error).message;
    }
    if (lostAt === undefined) say(`${everRead ? 'connection lost' : 'no stream yet'}, trying again: ${trouble}`);
    lostAt ??= performance.now();
    await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
    if (signal.aborted) return 'aborted';
    pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
    reader.reconnect();
  }
}

async function readOnce({ client, place, reader, follow, signal }: FollowOptions, onData: () => void): Promise<void> {
  using stream = await client.stream(logPath(place), {
    query: { follow, ...(reader.resume !== '' && { resume: reader.resume }) },
    accept: FRAMES_MEDIA_TYPE,
    signal,
  });
  for await (const chunk of stream.body) {
    onData();
    reader.push(chunk);
    await reader.ready();
  }
}

/** Whether it may be otherwise the next time. */
function isPassing(error: unknown): boolean {
  if (error instanceof KubeConnectionError) return true;
  return error instanceof KubeError && (error.code >= 500 || error.code === 429);
}
