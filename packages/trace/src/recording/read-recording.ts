import { createReadStream } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { RecordingError } from './recording-error.ts';

const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * The bytes of a recording, unpacked where it is compressed: give them to a `FrameReader`. `-` is standard input. Of a file that was cut, what
 * can be unpacked.
 *
 * @throws RecordingError while it is iterated
 */
export async function* readRecording(path: string): AsyncGenerator<Uint8Array> {
  const name = path === '-' ? 'standard input' : path;
  const input: Readable = path === '-' ? process.stdin : createReadStream(path);
  const chunks: AsyncIterator<Buffer> = input[Symbol.asyncIterator]();
  try {
    const head = await firstBytes(chunks, GZIP_MAGIC.length);
    if (!GZIP_MAGIC.every((byte, index) => head[index] === byte)) {
      if (head.length > 0) yield head;
      yield* rest(chunks);
      return;
    }
    yield* unpacked(head, chunks, name);
  } catch (error) {
    if (error instanceof RecordingError || !(error instanceof Error) || !('syscall' in error)) throw error;
    throw new RecordingError('CANNOT_READ', name, error);
  } finally {
    input.destroy();
  }
}

async function firstBytes(chunks: AsyncIterator<Buffer>, wanted: number): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < wanted) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* rest(chunks: AsyncIterator<Buffer>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { value, done } = await chunks.next();
    if (done === true) return;
    yield value;
  }
}

async function* unpacked(head: Buffer, chunks: AsyncIterator<Buffer>, name: string): AsyncGenerator<Uint8Array> {
  const packed = new PassThrough();
  const gunzip = packed.pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }));
  packed.write(head);
  const feeding = feed(chunks, packed).catch((error: unknown) => {
    gunzip.destroy(error as Error);
  });
  try {
    yield* gunzip;
    await feeding;
  } catch (error) {
    if (error instanceof Error && 'errno' in error && !('syscall' in error))
      throw new RecordingError('DAMAGED', name, error);
    throw error;
  }
}

async function feed(chunks: AsyncIterator<Buffer>, packed: PassThrough): Promise<void> {
  for await (const chunk of rest(chunks)) {
    if (!packed.write(chunk)) await new Promise((resolve) => packed.once('drain', resolve));
  }
  packed.end();
}
