import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inClusterConnection } from './in-cluster-connection.ts';

describe('inClusterConnection', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-account-'));
    writeFileSync(join(folder, 'ca.crt'), 'CA');
    writeFileSync(join(folder, 'token'), 'one\n');
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['10.96.0.1', 'https://10.96.0.1:443'],
    ['fd00::1', 'https://[fd00::1]:443'],
  ])('reaches %s', (host, server) => {
    const env = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: '443' };
    expect(inClusterConnection({ folder, env })).toMatchObject({ server, tls: { ca: 'CA' } });
  });

  it('reads the token again after a minute', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const env = { KUBERNETES_SERVICE_HOST: 'h', KUBERNETES_SERVICE_PORT: '443' };
    const { headers } = inClusterConnection({ folder, env });
    expect(await headers()).toEqual({ authorization: 'Bearer one' });
    writeFileSync(join(folder, 'token'), 'two');
    expect(await headers()).toEqual({ authorization: 'Bearer one' });
    vi.advanceTimersByTime(61_000);
    expect(await headers()).toEqual({ authorization: 'Bearer two' });
    // The last one serves where there is none for a moment.
    rmSync(join(folder, 'token'));
    vi.advanceTimersByTime(61_000);
    expect(await headers()).toEqual({ authorization: 'Bearer two' });
  });

  it('reads the token again where the server refuses it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const env = { KUBERNETES_SERVICE_HOST: 'h', KUBERNETES_SERVICE_PORT: '443' };
    const connection = inClusterConnection({ folder, env });
    await connection.headers();
    writeFileSync(join(folder, 'token'), 'two');
    expect(connection.unauthorized!()).toBe(false);
    vi.advanceTimersByTime(1001);
    expect(connection.unauthorized!()).toBe(true);
    expect(await connection.headers()).toEqual({ authorization: 'Bearer two' });
    expect(connection.unauthorized!()).toBe(false);
  });

  it('says where it is not in a cluster', () => {
    expect(() => inClusterConnection({ folder, env: {} })).toThrow(/does not run in a pod .* are not set/);
    const env = { KUBERNETES_SERVICE_HOST: 'h', KUBERNETES_SERVICE_PORT: '443' };
    expect(() => inClusterConnection({ folder: '/nowhere', env })).toThrow(/cannot read \/nowhere\/ca.crt/);
  });
});
