/**
 * Splits a stream of bytes at line feeds and parses each line: what a watch sends. A last line without its line feed was cut off, and is
 * left out.
 *
 * @throws SyntaxError
 */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let started: Buffer[] = [];
  for await (const bytes of chunks) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...started, chunk.subarray(start, end)]);
      started = [];
      start = end + 1;
      if (line.length > 0) yield JSON.parse(line.toString('utf8'));
    }
    if (start < chunk.length) started.push(chunk.subarray(start));
  }
}
