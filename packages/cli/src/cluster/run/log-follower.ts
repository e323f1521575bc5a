import { setTimeout as sleep } from 'node:timers/promises';
import { FRAMES_MEDIA_TYPE, type KubeClient, KubeConnectionError, KubeError } from '@waggle/kube';
import type { FrameReader } from '@waggle/trace/stream';
import { isMissingApi, notDeployed } from '../connection/explain-error.ts';
import type { LogRecorder } from './log-recorder.ts';
import { logPath, type TracePlace } from './trace-place.ts';

export interface FollowOptions {
  readonly client: KubeClient;
  readonly place: TracePlace;
  readonly reader: FrameReader;
  readonly recorder: LogRecorder | undefined;
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
 * Reads a trace's log through the API server to its end. A connection that breaks (a gateway that ends, an API server that starts again) is made
 * anew, and the log goes on where it was.
 *
 * @throws KubeError, KubeConnectionError where there is no log to be had; StreamError where it is damaged
 */
export async function followLog(options: FollowOptions): Promise<FollowEnd> {
  const { reader, recorder, follow, signal, say } = options;
  const losses = new Losses(say);
  for (;;) {
    try {
      await readOnce(options, () => losses.over());
      if (reader.end !== undefined) return 'ended';
      if (!follow) return 'so-far';
      losses.begin(new Error('the stream broke off'));
    } catch (error) {
      if (signal.aborted) return 'aborted';
      if (error instanceof KubeError && error.code === 404) {
        if (!isMissingApi(error)) return 'gone';
        if (!losses.everRead) throw notDeployed(error);
      } else if (!isPassing(error)) throw error;
      losses.begin(error as Error);
    }
    await losses.pause(signal);
    if (signal.aborted) return 'aborted';
    reader.reconnect();
    recorder?.reconnect();
  }
}

/** Times without a connection: tells of their beginning and end, and how long to wait. */
class Losses {
  readonly #say: (text: string) => void;
  #since: number | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  everRead = false;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** @throws the error, once patience is over */
  begin(error: Error): void {
    this.#since ??= this.#tell(error);
    const patienceMs = PATIENCE_MS[this.everRead ? 'interrupted' : 'never'];
    if (performance.now() - this.#since > patienceMs) throw error;
  }

  over(): void {
    if (this.#since !== undefined) this.#say(this.everRead ? 'connected again: the trace goes on' : 'connected');
    this.#since = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.everRead = true;
  }

  async pause(signal: AbortSignal): Promise<void> {
    await sleep(this.#pauseMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
    this.#pauseMs = Math.min(2 * this.#pauseMs, MAX_PAUSE_MS);
  }

  #tell({ message }: Error): number {
    this.#say(`${this.everRead ? 'connection lost' : 'no stream yet'}, trying again: ${message}`);
    return performance.now();
  }
}

async function readOnce(
  { client, place, reader, recorder, follow, signal }: FollowOptions,
  onData: () => void,
): Promise<void> {
  using stream = await client.stream(logPath(place), {
    query: { follow, ...(reader.resume !== '' && { resume: reader.resume }) },
    accept: FRAMES_MEDIA_TYPE,
    signal,
  });
  for await (const chunk of stream.body) {
    onData();
    reader.push(chunk);
    recorder?.take(chunk, reader.pendingBytes);
    await reader.ready();
  }
}

/** Whether it may be otherwise the next time. */
function isPassing(error: unknown): boolean {
  if (error instanceof KubeConnectionError) return true;
  return error instanceof KubeError && (error.code >= 500 || error.code === 429);
}
