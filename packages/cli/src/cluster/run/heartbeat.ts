import { HEARTBEAT_ANNOTATION, type KubeClient } from '@waggle/kube';
import type { TracePlace } from './trace-place.ts';

/** Shows again and again that somebody watches a trace; it ends on its own otherwise. */
export class Heartbeat implements Disposable {
  readonly #timer: NodeJS.Timeout;

  constructor(client: KubeClient, { type, name, namespace }: TracePlace, heartbeatSeconds: number) {
    const beat = () => {
      const patch = { metadata: { annotations: { [HEARTBEAT_ANNOTATION]: new Date().toISOString() } } };
      // One that fails is followed by two others in time; what is wrong for good shows in the stream.
      client.patch(type, patch, { name, namespace, patchType: 'merge', timeoutMs: 5000 }).catch(() => {});
    };
    this.#timer = setInterval(beat, (heartbeatSeconds * 1000) / 3).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
