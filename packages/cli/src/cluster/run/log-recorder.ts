import { RecordingWriter } from '@waggle/trace';

/** Keeps a log as it comes, in whole frames: whatever cuts a connection, the recording holds no half of one. */
export class LogRecorder implements Disposable {
  readonly #recording: RecordingWriter;
  #rest = new Uint8Array(0);

  /** Makes the file, or empties it. @throws RecordingError */
  constructor(path: string) {
    this.#recording = new RecordingWriter(path);
  }

  /** `pendingBytes` at the end of what has come so far are not a whole frame yet. @throws RecordingError */
  take(chunk: Uint8Array, pendingBytes: number): void {
    const all = Buffer.concat([this.#rest, chunk]);
    const whole = all.length - pendingBytes;
    if (whole > 0) this.#recording.write(all.subarray(0, whole));
    this.#rest = all.subarray(whole);
  }

  /** The connection broke; what comes next begins another one. */
  reconnect(): void {
    this.#rest = new Uint8Array(0);
  }

  /** @throws RecordingError */
  [Symbol.dispose](): void {
    this.#recording.close();
  }
}
