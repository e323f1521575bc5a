import type { Request } from './request-handler.ts';

/** A review carries an object twice, and the API server takes none of more than some 1.5 MiB. */
const MAX_BYTES = 8 * 2 ** 20;

export type JsonBody =
  | { readonly value: unknown; readonly problem?: undefined }
  | { readonly problem: 'BadRequest' | 'RequestEntityTooLarge'; readonly message: string };

/** The body of a request, parsed. */
export async function readJson(request: Request): Promise<JsonBody> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) return { problem: 'RequestEntityTooLarge', message: `more than ${MAX_BYTES} bytes` };
    chunks.push(chunk);
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { problem: 'BadRequest', message: 'the body is no JSON' };
  }
}
