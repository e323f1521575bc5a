import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';

/** What a call is answered with. */
export interface Answer {
  readonly httpStatus?: number;
  /** As it goes over the wire, with its prefix. */
  readonly body?: Buffer;
  readonly trailers?: Readonly<Record<string, string>>;
  /** Status in the head, and nothing else: how servers refuse at once. */
  readonly trailersOnly?: boolean;
  /** The connection is cut instead. */
  readonly cut?: boolean;
}

export interface Call {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** With its prefix. */
  readonly body: Buffer;
}

/** An HTTP/2 server on a unix socket that answers as a test says: for answers that no real runtime gives. */
export class GrpcServer {
  readonly #server: Http2Server;
  readonly calls: Call[] = [];

  constructor(answer: (call: Call) => Answer) {
    this.#server = createServer();
    this.#server.on('stream', (stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', () => {});
      stream.on('end', () => {
        const call = { method: String(headers[':path']), headers, body: Buffer.concat(chunks) };
        this.calls.push(call);
        respond(stream, answer(call));
      });
    });
    this.#server.on('session', (session) => session.on('error', () => {}));
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(path, resolve));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** A message as it goes over the wire. */
export function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function respond(stream: ServerHttp2Stream, answer: Answer): void {
  const { httpStatus = 200, body = Buffer.alloc(0), trailers = { 'grpc-status': '0' } } = answer;
  if (answer.cut === true) {
    stream.session!.destroy();
  } else if (answer.trailersOnly === true) {
    stream.respond({ ':status': httpStatus, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
  } else {
    stream.respond({ ':status': httpStatus, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(body);
  }
}
