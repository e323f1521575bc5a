import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as startRequest } from 'node:https';
import { AGENT_PORT, AGENT_SERVER_NAME, FRAMES_MEDIA_TYPE } from '@waggle/kube';
import type { Certificates } from '../certificates/certificate-store.ts';
import { AgentError } from './agent-error.ts';
import { Gate } from './gate.ts';

/** Handshakes at a time: a trace on thousands of nodes must not starve everything else. */
const DIALS_AT_ONCE = 32;
/** An agent waits for a trace that it does not know yet; that long it may be silent. */
const ANSWER_MS = 15_000;
/** A running trace sends its books every second. */
const SILENCE_MS = 15_000;
const MAX_ERROR_BYTES = 4096;

export interface AgentRequest {
  readonly address: string;
  /** With its query. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Opens streams of agents, each side showing the other its certificate. */
export class AgentDialer {
  readonly #gate = new Gate(DIALS_AT_ONCE);
  readonly #port: number;
  #tls: HttpsAgent;

  constructor(certificates: Certificates, port: number = AGENT_PORT) {
    this.#port = port;
    this.#tls = tlsOf(certificates);
  }

  /** Connections from now on are made with these. */
  use(certificates: Certificates): void {
    this.#tls = tlsOf(certificates);
  }

  /**
   * The bytes of a trace's log, as the agent sends them.
   *
   * @throws AgentError, also while it is read; the signal's reason
   */
  async open({ address, path, signal }: AgentRequest): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#gate.pass(signal, () => this.#send(address, path, signal));
    if (answer.statusCode === 200) return bodyOf(answer, signal);
    const status = answer.statusCode ?? 0;
    const words = await readWords(answer, signal);
    throw new AgentError('REFUSED', words === '' ? `the agent answers ${status}` : words, { status });
  }

  #send(address: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = startRequest({
        agent: this.#tls,
        host: address,
        port: this.#port,
        servername: AGENT_SERVER_NAME,
        path,
        headers: { accept: FRAMES_MEDIA_TYPE, host: AGENT_SERVER_NAME },
        timeout: ANSWER_MS,
        signal,
      });
      let timedOut = false;
      request.once('timeout', () => {
        timedOut = true;
        request.destroy();
      });
      request.once('response', (answer) => {
        request.removeAllListeners('timeout');
        resolve(answer);
      });
      request.once('error', (cause) => {
        if (signal.aborted) reject(signal.reason);
        else if (timedOut) reject(new AgentError('TIMEOUT', `no answer from ${address} within ${ANSWER_MS / 1000} s`));
        else reject(unreachable(address, cause));
      });
      request.end();
    });
  }
}

function tlsOf({ authorities, client }: Certificates): HttpsAgent {
  return new HttpsAgent({
    ca: authorities,
    cert: client.certificate,
    key: client.key,
    minVersion: 'TLSv1.3',
    keepAlive: false,
    maxCachedSessions: 4096,
  });
}

async function* bodyOf(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { socket } = answer;
  const address = socket.remoteAddress ?? 'the agent';
  let timedOut = false;
  const onTimeout = (): void => {
    // A reader that does not read is no fault of the agent's.
    if (answer.readableLength > 0) return;
    timedOut = true;
    answer.destroy(new AgentError('TIMEOUT', `nothing came from ${address} for ${SILENCE_MS / 1000} s`));
  };
  socket.setTimeout(SILENCE_MS, onTimeout);
  try {
    yield* answer as AsyncIterable<Buffer>;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw timedOut || error instanceof AgentError ? error : unreachable(address, error as Error);
  } finally {
    answer.destroy();
  }
}

function unreachable(address: string, cause: Error): AgentError {
  const { code } = cause as NodeJS.ErrnoException;
  const why = cause.message === '' || cause.message === 'aborted' ? (code ?? 'the connection broke') : cause.message;
  return new AgentError('UNREACHABLE', `cannot reach ${address}: ${why}`, { cause });
}

/** What an agent says of why it does not; a `Status`'s message, or plain text. */
async function readWords(answer: IncomingMessage, signal: AbortSignal): Promise<string> {
  let text = '';
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      text += chunk.toString('utf8');
      if (text.length > MAX_ERROR_BYTES) break;
    }
  } catch {
    if (signal.aborted) throw signal.reason;
  }
  try {
    const status: unknown = JSON.parse(text);
    if (typeof status === 'object' && status !== null && 'message' in status) return String(status.message);
  } catch {
    // Plain text, then.
  }
  return text.trim().slice(0, 500);
}
