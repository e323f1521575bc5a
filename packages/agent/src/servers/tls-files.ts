import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Certificate, its key, and the authority whose clients are let in: PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const INTERVAL_MS = 2_000;

/**
 * A folder with `tls.crt`, `tls.key` and `ca.crt`: looked at every few seconds, as whoever fills it may come later, and may renew them.
 */
export class TlsFiles implements Disposable {
  readonly #folder: string;
  readonly #onChange: (material: TlsMaterial) => void;
  readonly #timer: NodeJS.Timeout;
  #last = '';

  /** @param onChange told once the three are there, and whenever they change */
  constructor(folder: string, onChange: (material: TlsMaterial) => void) {
    this.#folder = folder;
    this.#onChange = onChange;
    this.#timer = setInterval(() => void this.#look(), INTERVAL_MS).unref();
    void this.#look();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const read = (name: string) => readFile(join(this.#folder, name), 'utf8');
      const [cert, key, ca] = await Promise.all([read('tls.crt'), read('tls.key'), read('ca.crt')]);
      const all = `${cert}${key}${ca}`;
      if (all === this.#last) return;
      this.#last = all;
      this.#onChange({ cert, key, ca });
    } catch {
      // Not there yet, or just being replaced.
    }
  }
}
