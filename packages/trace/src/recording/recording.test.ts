import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRecording } from './read-recording.ts';
import { RecordingWriter } from './recording-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'waggle-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes that do not compress to nothing. */
function bytesOf(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * index) % 251));
}

async function readAll(path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readRecording(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.each(['plain', 'packed.gz'])('a recording: %s', (name) => {
  const path = join(folder, name);

  it('gives the bytes that were written, however many at a time', async () => {
    const pieces = [0, 1, 5, 70_000, 3, 200_000].map(bytesOf);
    {
      using writer = new RecordingWriter(path);
      for (const piece of pieces) writer.write(piece);
    }
    expect(await readAll(path)).toEqual(Buffer.concat(pieces));
  });

  it('may be empty', async () => {
    new RecordingWriter(path).close();
    expect(await readAll(path)).toEqual(Buffer.alloc(0));
  });

  it('gives what there is of a file that was cut', async () => {
    const whole = bytesOf(300_000);
    const writer = new RecordingWriter(path);
    for (let at = 0; at < whole.length; at += 10_000) writer.write(whole.subarray(at, at + 10_000));
    writer.close();
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    const read = await readAll(path);
    expect(read.length).toBeGreaterThan(50_000);
    expect(read).toEqual(whole.subarray(0, read.length));
  });
});

describe('what is no recording', () => {
  it('is told typed', async () => {
    await expect(readAll(join(folder, 'none'))).rejects.toMatchObject({ code: 'CANNOT_READ' });
    await expect(readAll(folder)).rejects.toMatchObject({ code: 'CANNOT_READ' });
    const path = join(folder, 'damaged.gz');
    const writer = new RecordingWriter(path);
    writer.write(bytesOf(100_000));
    writer.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x55, 40, 90));
    await expect(readAll(path)).rejects.toMatchObject({ code: 'DAMAGED', path });
  });

  it('cannot be written where there is no room, and says so with the next bytes or at the end', () => {
    expect(() => new RecordingWriter(join(folder, 'no/folder'))).toThrow(
      expect.objectContaining({ code: 'CANNOT_WRITE' }),
    );
    const full = new RecordingWriter('/dev/full');
    full.write(bytesOf(70_000));
    expect(() => full.write(bytesOf(1))).toThrow(expect.objectContaining({ code: 'CANNOT_WRITE', path: '/dev/full' }));
    expect(() => full.close()).toThrow(expect.objectContaining({ code: 'CANNOT_WRITE' }));
    full.close();
  });
});
