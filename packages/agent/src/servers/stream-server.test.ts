import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrameLog, writeFailure } from '@waggle/trace/stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../../../../test/ground/cluster/certificates.ts';
import { Log } from '../log.ts';
import { type LogSource, StreamServer } from './stream-server.ts';

const PATH = '/v1/namespaces/shop/traces/t/log';

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly run: string | undefined;
  readonly body: Buffer;
}

describe('StreamServer', () => {
  let folder: string;
  let ca: Buffer;
  let gateway: KeyPair;
  let stranger: KeyPair;
  let foreigner: KeyPair;
  let server: StreamServer;
  let log: FrameLog;
  let traces: Map<string, { run: { id: string; log: FrameLog | undefined } | undefined }>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-streams-'));
    const authority = await CertificateAuthority.create(folder, 'ca');
    const pair = await authority.issue('agent', { commonName: 'waggle-agent', serves: ['DNS:waggle-agent'] });
    gateway = await authority.issue('gateway', { commonName: 'waggle-gateway' });
    stranger = await authority.issue('stranger', { commonName: 'somebody' });
    const elsewhere = await CertificateAuthority.create(folder, 'elsewhere');
    foreigner = await elsewhere.issue('foreigner', { commonName: 'waggle-gateway' });
    ca = readFileSync(authority.certificate);
    mkdirSync(join(folder, 'tls'));
    cpSync(authority.certificate, join(folder, 'tls/ca.crt'));
    cpSync(pair.certificate, join(folder, 'tls/tls.crt'));
    cpSync(pair.key, join(folder, 'tls/tls.key'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    log = new FrameLog({ maxBytes: 100_000 });
    traces = new Map([['Trace shop/t', { run: { id: 'run-1', log } }]]);
    const source: LogSource = {
      await: async (kind, namespace, name) => traces.get(`${kind} ${namespace}/${name}`),
    };
    const tlsFolder = join(folder, 'tls');
    server = new StreamServer({
      traces: source,
      tlsFolder,
      port: 0,
      address: '127.0.0.1',
      log: new Log('error', () => {}),
    });
    await expect.poll(() => server.isListening).toBe(true);
  });
  afterEach(() => server[Symbol.asyncDispose]());

  function writeStream(): Buffer {
    const chunks: Uint8Array[] = [];
    writeFailure({
      info: { program: { name: 'p', script: '', parameters: [] } },
      source: { name: 'n', run: 'run-1' },
      message: 'no',
      write: (frame) => {
        chunks.push(frame.bytes);
        log.append(frame);
      },
    });
    return Buffer.concat(chunks);
  }

  function get(path: string, pair: KeyPair | undefined = gateway, onData?: (bytes: Buffer) => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const identity = pair && { cert: readFileSync(pair.certificate), key: readFileSync(pair.key) };
      const options = { host: '127.0.0.1', port: server.port, path, ca, servername: 'waggle-agent', ...identity };
      const sent = request({ ...options, agent: new Agent() }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (bytes: Buffer) => {
          chunks.push(bytes);
          onData?.(bytes);
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode: status, headers } = answer;
          const run = headers['x-waggle-run'] as string | undefined;
          resolve({ status, type: headers['content-type'], run, body: Buffer.concat(chunks) });
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  it('sends a log to its end', async () => {
    const bytes = writeStream();
    const answer = await get(`${PATH}?follow=true`);
    expect(answer).toMatchObject({ status: 200, type: 'application/vnd.waggle.frames', run: 'run-1' });
    expect(answer.body.equals(bytes)).toBe(true);
  });

  it('sends what is still to come, where that is wanted', async () => {
    const answer = get(`${PATH}?follow=true`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const bytes = writeStream();
    expect((await answer).body.subarray(-40).equals(bytes.subarray(-40))).toBe(true);
  });

  it('ends without an end where only what there is is wanted', async () => {
    log.append({ kind: 'hello', bytes: Buffer.from('hello') });
    const answer = await get(PATH);
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe('hello');
  });

  it('lets its readers have what there is when it ends', async () => {
    log.append({ kind: 'hello', bytes: Buffer.from('hello') });
    let heard!: () => void;
    const hears = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const answer = get(`${PATH}?follow=true`, gateway, () => heard());
    await hears;
    log.append({ kind: 'output', bytes: Buffer.from(' and goodbye') });
    await server[Symbol.asyncDispose]();
    expect((await answer).body.toString()).toBe('hello and goodbye');
  });

  it.each([
    ['/v1/namespaces/shop/traces/u/log', 404, 'this node knows no Trace "u"'],
    ['/v1/clustertraces/t/log?follow=true', 404, 'this node knows no ClusterTrace "t"'],
    [`${PATH}?from=x`, 400, 'from: expected an ordinal, found "x"'],
    ['/v1/namespaces/shop/traces/t', 404, 'there is nothing at this path'],
    ['/', 404, 'there is nothing at this path'],
  ])('refuses %s', async (path, status, message) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).toBe(`${message}\n`);
  });

  it('says that a log is not there any more', async () => {
    traces.set('Trace shop/t', { run: { id: 'run-1', log: undefined } });
    expect((await get(PATH)).body.toString()).toBe('Trace "t" has no log on this node\n');
  });

  it('lets nobody in but the gateway', async () => {
    writeStream();
    const answer = await get(PATH, stranger);
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toBe('only the gateway may read streams\n');
    await expect(get(PATH, foreigner)).rejects.toThrow();
    await expect(get(PATH, null as unknown as undefined)).rejects.toThrow();
  });
});
