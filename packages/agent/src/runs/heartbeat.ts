/**
 * Whether whoever asked for a trace is still there: each change of the annotation is a beat, and the time between them is measured here, whatever
 * the clocks of others say. While changes cannot be heard, no time passes.
 */
export class Heartbeat {
  #value: string | undefined;
  #heardAtMs: number;

  constructor(value: string | undefined, nowMs: number) {
    this.#value = value;
    this.#heardAtMs = nowMs;
  }

  hear(value: string | undefined, nowMs: number): void {
    if (value === this.#value) return;
    this.#value = value;
    this.#heardAtMs = nowMs;
  }

  /** The server was not there until now: what it would have told is not known. */
  resume(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  isSilent(seconds: number, nowMs: number): boolean {
    return nowMs - this.#heardAtMs > seconds * 1000;
  }
}
