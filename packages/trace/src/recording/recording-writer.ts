import { closeSync, openSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { RecordingError } from './recording-error.ts';

/** Bytes that gather before they are written. */
const PIECE_BYTES = 64 * 1024;
/** Small pieces compress badly: they gather for so long. What a killed process leaves lacks that much. */
const GZIP_INTERVAL_MS = 1000;
const GZIP_LEVEL = 1;

/**
 * Writes the frames of a stream into a file; one whose name ends in `.gz` is compressed, piece by piece, each a gzip member of its own, so that
 * what is written can be read whatever becomes of the writer.
 */
export class RecordingWriter implements Disposable {
  readonly path: string;
  readonly #fd: number;
  readonly #isCompressed: boolean;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #isOpen = true;
  #failure: RecordingError | undefined;

  /** Makes the file, or empties it. @throws RecordingError */
  constructor(path: string) {
    this.path = path;
    this.#isCompressed = path.endsWith('.gz');
    try {
      this.#fd = openSync(path, 'w');
    } catch (error) {
      throw new RecordingError('CANNOT_WRITE', path, error);
    }
  }

  /** Takes whole frames. @throws RecordingError where earlier ones could not be written */
  write(frames: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isOpen) return;
    this.#pieces.push(frames);
    this.#bytes += frames.length;
    if (this.#bytes >= PIECE_BYTES) this.#flush();
    else if (this.#timer === undefined) this.#timer = this.#schedule();
  }

  /** Writes what is left. @throws RecordingError, also about what could not be written before */
  close(): void {
    if (!this.#isOpen) return;
    if (this.#failure === undefined) this.#flush();
    this.#isOpen = false;
    closeSync(this.#fd);
    if (this.#failure !== undefined) throw this.#failure;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #schedule(): NodeJS.Timeout | NodeJS.Immediate {
    const flush = () => this.#flush();
    return this.#isCompressed ? setTimeout(flush, GZIP_INTERVAL_MS) : setImmediate(flush);
  }

  #flush(): void {
    if (this.#isCompressed) clearTimeout(this.#timer as NodeJS.Timeout | undefined);
    else clearImmediate(this.#timer as NodeJS.Immediate | undefined);
    this.#timer = undefined;
    if (this.#bytes === 0) return;
    const raw = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    const bytes = this.#isCompressed ? gzipSync(raw, { level: GZIP_LEVEL }) : raw;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      this.#failure = new RecordingError('CANNOT_WRITE', this.path, error);
    }
  }
}
