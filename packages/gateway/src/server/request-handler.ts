import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { FRAMES_MEDIA_TYPE, STREAM_GROUP } from '@waggle/kube';
import { API_GROUP, GROUP_LIST, RESOURCE_LIST } from '../api/discovery.ts';
import { parseLogQuery } from '../api/log-query.ts';
import { entityTag, OPENAPI_V2, OPENAPI_V3, OPENAPI_V3_LIST } from '../api/openapi.ts';
import { requestTarget } from '../api/request-target.ts';
import { type LogRoute, type Route, routeOf } from '../api/route.ts';
import { failure, type Status } from '../api/status.ts';
import type { Authentication, User } from '../authentication/authenticate.ts';
import { peerChain } from '../authentication/peer-chain.ts';
import type { Log } from '../log.ts';
import type { AgentDialer } from '../streams/agent-dialer.ts';
import type { Agents } from '../streams/agents.ts';
import { TraceStream } from '../streams/trace-stream.ts';
import { type Traces, typeOf } from '../streams/traces.ts';
import { type CheckTrace, reviewTrace } from '../webhook/review-trace.ts';
import { pump } from './pump.ts';
import { readJson } from './read-json.ts';

export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

export interface RequestContext {
  readonly agents: Agents;
  readonly traces: Traces;
  readonly dialer: AgentDialer;
  readonly log: Log;
  readonly check: CheckTrace;
  authenticate(
    ...request: Parameters<(chain: ReturnType<typeof peerChain>, rawHeaders: readonly string[]) => void>
  ): Authentication;
  /** Why the gateway is not ready; undefined where it is. */
  unready(): string | undefined;
  /** Fires when this gateway is about to end: streams are cut, so that readers take them up at another one. */
  readonly draining: AbortSignal;
}

const DOCUMENTS: Partial<Record<Route['kind'], unknown>> = {
  'group-list': GROUP_LIST,
  group: API_GROUP,
  'resource-list': RESOURCE_LIST,
  'openapi-v2': OPENAPI_V2,
  'openapi-v3-list': OPENAPI_V3_LIST,
  'openapi-v3': OPENAPI_V3,
};

/** Answers one request. What it rejects with is a defect. */
export async function handleRequest(context: RequestContext, request: Request, response: Response): Promise<void> {
  const { path, search } = requestTarget(request.url ?? '');
  const route = routeOf(path);
  if (route?.kind === 'health') return sendHealth(context, route.what, response);
  if (route?.kind === 'review') return review(context, request, response);
  // Who is not introduced learns nothing, not even what is not there.
  const authentication = authenticate(context, request);
  if ('refusal' in authentication) {
    const address = request.socket.remoteAddress;
    context.log.warn('request refused', { path, address, why: authentication.refusal });
    return sendFailure(response, failure('Unauthorized', 'Unauthorized'));
  }
  if (route === undefined) {
    return sendFailure(response, failure('NotFound', 'the server could not find the requested resource'));
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return sendFailure(response, failure('MethodNotAllowed', `${request.method} is not supported on ${path}`));
  }
  if (route.kind === 'log') return sendLog(context, route, search, authentication.user, request, response);
  return sendDocument(DOCUMENTS[route.kind], request, response);
}

function authenticate(context: RequestContext, request: Request): Authentication {
  return context.authenticate(peerChain(request.socket as TLSSocket), request.rawHeaders);
}

function sendHealth({ unready }: RequestContext, what: 'live' | 'ready', response: Response): void {
  const why = what === 'ready' ? unready() : undefined;
  response.writeHead(why === undefined ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(why ?? 'ok');
}

/** Needs no authentication: it says of a script what anybody's compiler would, and stores nothing. */
async function review({ log, check }: RequestContext, request: Request, response: Response): Promise<void> {
  if (request.method !== 'POST') return sendFailure(response, failure('MethodNotAllowed', 'reviews are posted'));
  const body = await readJson(request);
  if (body.problem !== undefined) return sendFailure(response, failure(body.problem, body.message));
  const start = performance.now();
  const answer = await reviewTrace(body.value, check);
  if (answer === undefined)
    return sendFailure(response, failure('BadRequest', 'expected an AdmissionReview with a request'));
  const { allowed, uid } = answer.response;
  log.debug('trace reviewed', { uid, allowed, ms: Math.round(performance.now() - start) });
  sendJson(response, 200, answer);
}

async function sendLog(
  context: RequestContext,
  route: LogRoute,
  search: URLSearchParams,
  user: User,
  request: Request,
  response: Response,
): Promise<void> {
  const { agents, traces, dialer, log, draining } = context;
  const query = parseLogQuery(search);
  if ('problem' in query) return sendFailure(response, failure('BadRequest', query.problem));
  if (draining.aborted) return sendFailure(response, failure('ServiceUnavailable', 'this gateway is shutting down'));
  const place = { name: route.name, ...(route.namespace !== undefined && { namespace: route.namespace }) };
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the reader has gone')));
  const trace = await traces.find(place, gone.signal);
  if (trace === undefined) {
    const { plural } = typeOf(place);
    const details = { name: route.name, group: STREAM_GROUP, kind: plural };
    return sendFailure(response, failure('NotFound', `${plural}.${STREAM_GROUP} "${route.name}" not found`, details));
  }
  response.writeHead(200, { 'content-type': FRAMES_MEDIA_TYPE, 'cache-control': 'no-store' });
  if (request.method === 'HEAD') return void response.end();
  const fields = { ...place, user: user.name, follow: query.follow };
  log.info('stream opened', fields);
  const stop = (): void => gone.abort(new Error('this gateway is shutting down'));
  draining.addEventListener('abort', stop, { once: true });
  using stream = new TraceStream({ place, trace, query, agents, traces, dialer });
  try {
    const whole = await pump(stream.chunks(), response, gone.signal);
    log.info('stream closed', { ...fields, why: whole ? 'at its end' : (gone.signal.reason as Error).message });
  } finally {
    draining.removeEventListener('abort', stop);
    response.end();
  }
}

function sendDocument(document: unknown, request: Request, response: Response): void {
  const tag = entityTag(document);
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304, { etag: tag });
    response.end();
  } else sendJson(response, 200, document, { etag: tag });
}

export function sendFailure(response: Response, status: Status): void {
  sendJson(response, status.code, status);
}

function sendJson(response: Response, code: number, value: unknown, headers: Record<string, string> = {}): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': body.length, ...headers });
  response.end(body);
}
