import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Deadline } from './deadline.ts';

/** An answer whose body is read as it comes, for as long as it comes. */
export class KubeStream implements Disposable {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly #answer: IncomingMessage;
  readonly #deadline: Deadline;
  readonly #failure: (error: Error) => Error;

  /** Made by `KubeClient.stream`. */
  constructor(answer: IncomingMessage, deadline: Deadline, failure: (error: Error) => Error) {
    this.status = answer.statusCode ?? 0;
    this.headers = answer.headers;
    this.#answer = answer;
    this.#deadline = deadline;
    this.#failure = failure;
    answer.once('close', () => deadline.release());
  }

  /**
   * The bytes, once.
   *
   * @throws KubeConnectionError `UNREACHABLE` where the connection breaks before the end; the reason of the signal or of `close`
   */
  get body(): AsyncIterable<Uint8Array> {
    return this.#read();
  }

  /** Ends the connection; whoever reads gets an error. */
  close(reason?: unknown): void {
    this.#deadline.abort(reason);
    this.#answer.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#answer as AsyncIterable<Buffer>;
    } catch (error) {
      const { signal } = this.#deadline;
      throw signal.aborted ? signal.reason : this.#failure(error as Error);
    }
  }
}
