import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { type Agent, request as startRequest } from 'node:https';
import type { KubeConnection } from './kube-connection.ts';
import { KubeConnectionError } from './kube-error.ts';

/** One request, ready to be sent. */
export interface HttpRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string | undefined;
  /** Ends the exchange at any time, also while the answer's body is being read. */
  readonly signal: AbortSignal;
}

/**
 * Sends a request and gives the head of the answer; its body is still to be read.
 *
 * @throws KubeConnectionError `UNREACHABLE`; the signal's reason, where that has ended it
 */
export async function exchange(
  connection: KubeConnection,
  agent: Agent,
  request: HttpRequest,
): Promise<IncomingMessage> {
  for (;;) {
    const attempt = await send(connection, agent, request);
    if ('answer' in attempt) return attempt.answer;
    // A kept connection may have been closed by the server just now. What may be done twice is tried again, on another one.
    if (!attempt.wasReused || request.method === 'POST') throw attempt.error;
  }
}

type Attempt =
  | { readonly answer: IncomingMessage }
  | { readonly error: KubeConnectionError; readonly wasReused: boolean };

function send(
  connection: KubeConnection,
  agent: Agent,
  { method, path, headers, body, signal }: HttpRequest,
): Promise<Attempt> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const url = new URL(connection.server);
    const outgoing = startRequest(
      {
        agent: connection.agent ?? agent,
        protocol: url.protocol,
        host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: url.port || 443,
        path: url.pathname.replace(/\/$/, '') + path,
        method,
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
      },
      (answer) => resolve({ answer }),
    );
    outgoing.on('error', (cause) => {
      if (signal.aborted) reject(signal.reason);
      else resolve({ error: unreachable(connection, cause), wasReused: outgoing.reusedSocket });
    });
    outgoing.end(body);
  });
}

export function unreachable({ server }: KubeConnection, cause: Error): KubeConnectionError {
  const { code } = cause as NodeJS.ErrnoException;
  const why = cause.message === '' ? (code ?? 'no reason given') : cause.message;
  return new KubeConnectionError('UNREACHABLE', `cannot reach the API server at ${server}: ${why}`, cause);
}
