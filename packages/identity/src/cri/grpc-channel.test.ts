import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GrpcChannel } from './grpc-channel.ts';
import { type Answer, framed, GrpcServer } from './grpc-server.test-kit.ts';
import { VersionRequestSchema, VersionResponseSchema } from './runtime_pb.ts';

const METHOD = '/runtime.v1.RuntimeService/Version';
const VERSION = toBinary(VersionResponseSchema, create(VersionResponseSchema, { runtimeName: 'containerd' }));

describe('GrpcChannel', () => {
  let folder: string;
  let answer: Answer;
  let server: GrpcServer;
  let channel: GrpcChannel;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-grpc-'));
    answer = { body: framed(VERSION) };
    server = new GrpcServer(() => answer);
    await server.listen(join(folder, 'sock'));
    channel = new GrpcChannel(join(folder, 'sock'));
  });

  afterEach(async () => {
    channel.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  function call() {
    return channel.call(METHOD, VersionRequestSchema, VersionResponseSchema, { version: 'v1' });
  }

  it('sends and reads one message, as often as it is asked, over one connection', async () => {
    const answers = await Promise.all([call(), call(), call()]);
    expect(answers.map(({ runtimeName }) => runtimeName)).toEqual(['containerd', 'containerd', 'containerd']);
    const { headers, body, method } = server.calls[0]!;
    expect(method).toBe(METHOD);
    expect(headers).toMatchObject({ 'content-type': 'application/grpc', te: 'trailers' });
    expect(body.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, body.length - 5]));
    expect(fromBinary(VersionRequestSchema, body.subarray(5)).version).toBe('v1');
  });

  it('takes an empty message', async () => {
    answer = { body: framed(Buffer.alloc(0)) };
    expect((await call()).runtimeName).toBe('');
  });

  const message = encodeURIComponent('no container "x" – so ist es');
  it.each<[name: string, given: Answer, code: string, text: string]>([
    [
      'a refusal behind a head',
      { trailers: { 'grpc-status': '5', 'grpc-message': message } },
      'NOT_FOUND',
      'so ist es',
    ],
    [
      'a refusal in the head',
      { trailersOnly: true, trailers: { 'grpc-status': '12' } },
      'UNIMPLEMENTED',
      'Version: gRPC',
    ],
    ['a status of the future', { trailers: { 'grpc-status': '99' } }, 'UNKNOWN', 'Version'],
    [
      'a message with a lone percent sign',
      { trailers: { 'grpc-status': '2', 'grpc-message': '100 %' } },
      'UNKNOWN',
      '100 %',
    ],
    ['no status', { body: framed(VERSION), trailers: {} }, 'UNAVAILABLE', 'no gRPC status'],
    ['another protocol', { httpStatus: 404 }, 'UNAVAILABLE', 'HTTP status 404'],
    ['half a message', { body: framed(VERSION).subarray(0, 7) }, 'INTERNAL', 'one uncompressed message'],
    ['no message', {}, 'INTERNAL', 'one uncompressed message'],
    [
      'two messages',
      { body: Buffer.concat([framed(VERSION), framed(VERSION)]) },
      'INTERNAL',
      'one uncompressed message',
    ],
    ['a compressed message', { body: Buffer.from([1, 0, 0, 0, 0]) }, 'INTERNAL', 'one uncompressed message'],
    ['another message', { body: framed(Buffer.from([0x12, 0x7f])) }, 'INTERNAL', 'not the message'],
    ['a cut connection', { cut: true }, 'UNAVAILABLE', 'Version'],
  ])('%s is an error', async (_name, given, code, text) => {
    answer = given;
    await expect(call()).rejects.toMatchObject({ code, method: METHOD, message: expect.stringContaining(text) });
    answer = { body: framed(VERSION) };
    expect((await call()).runtimeName).toBe('containerd');
  });

  it('finds nobody where nobody listens', async () => {
    const lonely = new GrpcChannel(join(folder, 'none'));
    const asked = lonely.call(METHOD, VersionRequestSchema, VersionResponseSchema, {});
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('ENOENT') });
    lonely.close();
  });

  it('finds a runtime again that was restarted', async () => {
    await call();
    channel.close();
    await server.close();
    await expect(call()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    server = new GrpcServer(() => answer);
    await server.listen(join(folder, 'sock'));
    expect((await call()).runtimeName).toBe('containerd');
  });
});
