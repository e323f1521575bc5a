import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { createConnection } from 'node:net';
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { GrpcError } from './grpc-error.ts';

/** A runtime that hangs must not hold anybody up for longer. */
const TIMEOUT_MS = 5000;
/** gRPC's own default limit, for what is received. */
const MAX_MESSAGE_BYTES = 16 << 20;
/** Compressed flag (u8) and length (u32, big-endian). */
const PREFIX_BYTES = 5;

/**
 * Unary calls of gRPC over HTTP/2 on a unix socket (github.com/grpc/grpc, PROTOCOL-HTTP2.md), without compression. The connection is made
 * with the first call, kept, and made again when it was lost.
 */
export class GrpcChannel {
  readonly #socketPath: string;
  #session: ClientHttp2Session | undefined;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** @param method `/package.Service/Method` @throws GrpcError */
  async call<I extends DescMessage, O extends DescMessage>(
    method: string,
    input: I,
    output: O,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    const body = frame(toBinary(input, create(input, request)));
    const answer = await this.#exchange(method, body);
    try {
      return fromBinary(output, answer);
    } catch (cause) {
      throw new GrpcError('INTERNAL', method, 'the answer is not the message that was expected', cause);
    }
  }

  close(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  #exchange(method: string, body: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const stream = this.#open(method, reject);
      const chunks: Buffer[] = [];
      let size = 0;
      let headers: IncomingHttpHeaders = {};
      const fail = (code: GrpcError['code'], message: string): void => {
        reject(new GrpcError(code, method, message));
        stream.close(constants.NGHTTP2_CANCEL);
      };
      stream.setTimeout(TIMEOUT_MS, () => fail('DEADLINE_EXCEEDED', `no answer in ${TIMEOUT_MS} ms`));
      stream.on('response', (head) => {
        headers = head;
        if (head[':status'] !== 200) fail('UNAVAILABLE', `HTTP status ${head[':status']}`);
      });
      // An answer without a message has its status in the head; others behind the message.
      stream.on('trailers', (trailers) => {
        headers = { ...headers, ...trailers };
      });
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_MESSAGE_BYTES) fail('RESOURCE_EXHAUSTED', `an answer of more than ${MAX_MESSAGE_BYTES} bytes`);
        else chunks.push(chunk);
      });
      stream.on('end', () => {
        const failure = statusError(method, headers);
        if (failure !== undefined) reject(failure);
        else settle(method, Buffer.concat(chunks), resolve, reject);
      });
      stream.on('error', (cause) => reject(new GrpcError('UNAVAILABLE', method, cause.message, cause)));
      // A stream that is reset without an error, or whose connection went: nothing of the above may have come.
      stream.on('close', () => reject(new GrpcError('UNAVAILABLE', method, 'the connection was closed')));
      stream.end(body);
    });
  }

  #open(method: string, onLost: (error: GrpcError) => void): ClientHttp2Stream {
    let session = this.#session;
    if (session === undefined || session.closed || session.destroyed) {
      session = connect('http://localhost', { createConnection: () => createConnection(this.#socketPath) });
      const lost = session;
      session.unref();
      session.on('error', (cause: Error) => onLost(new GrpcError('UNAVAILABLE', method, cause.message, cause)));
      session.on('close', () => {
        if (this.#session === lost) this.#session = undefined;
      });
      this.#session = session;
    }
    return session.request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': `${TIMEOUT_MS}m`,
    });
  }
}

function frame(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function settle(
  method: string,
  body: Buffer,
  resolve: (message: Buffer) => void,
  reject: (error: Error) => void,
): void {
  const isWhole = body.length >= PREFIX_BYTES && body.length === PREFIX_BYTES + body.readUInt32BE(1);
  if (isWhole && body[0] === 0) resolve(body.subarray(PREFIX_BYTES));
  else reject(new GrpcError('INTERNAL', method, 'the answer is not one uncompressed message'));
}

function statusError(method: string, headers: IncomingHttpHeaders): GrpcError | undefined {
  const status = headers['grpc-status'];
  if (status === '0') return undefined;
  if (status === undefined) return new GrpcError('UNAVAILABLE', method, 'the answer has no gRPC status');
  const message = decodeMessage(String(headers['grpc-message'] ?? ''));
  return GrpcError.fromStatus(Number(status), method, message);
}

/** Percent-encoded UTF-8; a message that is not comes as it is. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
