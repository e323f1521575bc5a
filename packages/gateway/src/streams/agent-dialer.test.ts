import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Certificates } from '../certificates/certificate-store.ts';
import { createAuthority, issueCertificate } from '../certificates/issue-certificate.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import { AgentDialer } from './agent-dialer.ts';

const validity = { now: new Date(), days: 1 };
const never = new AbortController().signal;

let authority: KeyPair;
let other: KeyPair;
let certificates: Certificates;
let server: Server | undefined;

beforeAll(async () => {
  authority = await createAuthority('waggle', validity);
  other = await createAuthority('waggle', validity);
  const client = await issueCertificate(authority, { commonName: 'waggle-gateway' }, validity);
  certificates = { authorities: authority.certificate, server: client, client };
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An agent's door, as far as TLS goes. */
async function agent(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  { signer = authority, name = 'waggle-agent' }: { signer?: KeyPair; name?: string } = {},
): Promise<AgentDialer> {
  const { certificate, key } = await issueCertificate(signer, { commonName: name, serves: [name] }, validity);
  const tls = { cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true };
  const listener = createServer(tls, handle);
  server = listener;
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return new AgentDialer(certificates, (listener.address() as { port: number }).port);
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += Buffer.from(chunk).toString('utf8');
  return text;
}

it('reads what an agent sends, and shows its certificate', async () => {
  const dialer = await agent((request, response) => {
    const { subject } = (request.socket as import('node:tls').TLSSocket).getPeerX509Certificate()!;
    response.end(`${subject} asks for ${request.url}`);
  });
  const chunks = await dialer.open({ address: '127.0.0.1', path: '/v1/x?follow=true', signal: never });
  expect(await textOf(chunks)).toBe('CN=waggle-gateway asks for /v1/x?follow=true');
});

it('tells why an agent refuses', async () => {
  const dialer = await agent((_, response) => {
    response.writeHead(404).end(JSON.stringify({ kind: 'Status', message: 'no such trace here' }));
  });
  await expect(dialer.open({ address: '127.0.0.1', path: '/', signal: never })).rejects.toMatchObject({
    code: 'REFUSED',
    status: 404,
    message: 'no such trace here',
  });
});

it.each<[string, () => { signer?: KeyPair; name?: string }]>([
  ['another authority signed', () => ({ signer: other })],
  ['is a gateway', () => ({ name: 'waggle-gateway' })],
])('speaks to nobody whose certificate %s', async (_, given) => {
  let asked = false;
  const dialer = await agent((__, response) => {
    asked = true;
    response.end();
  }, given());
  await expect(dialer.open({ address: '127.0.0.1', path: '/', signal: never })).rejects.toMatchObject({
    code: 'UNREACHABLE',
  });
  expect(asked).toBe(false);
});

it('tells where nobody listens', async () => {
  const dialer = await agent(() => {});
  server!.close();
  await expect(dialer.open({ address: '127.0.0.1', path: '/', signal: never })).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining('127.0.0.1'),
  });
});

it('tells when a stream breaks', async () => {
  const dialer = await agent((_, response) => {
    response.write('half');
    setTimeout(() => response.destroy(), 20);
  });
  const chunks = await dialer.open({ address: '127.0.0.1', path: '/', signal: never });
  await expect(textOf(chunks)).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

it('lets go at once', async () => {
  let closed = (): void => {};
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const dialer = await agent((request, response) => {
    request.once('close', closed);
    response.write('on and on');
  });
  const reader = new AbortController();
  const chunks = await dialer.open({ address: '127.0.0.1', path: '/', signal: reader.signal });
  const text = textOf(chunks);
  reader.abort(new Error('the reader has gone'));
  await expect(text).rejects.toThrow('the reader has gone');
  await gone;
});
