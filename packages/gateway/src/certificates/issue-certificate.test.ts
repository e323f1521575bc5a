import { X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate } from './issue-certificate.ts';

const validity = { now: new Date(), days: 1 };

describe('an authority', () => {
  it('signs itself, for as long as is asked', async () => {
    const { certificate } = await createAuthority('bees', validity);
    const parsed = new X509Certificate(certificate);
    expect(parsed.subject).toBe('CN=bees');
    expect([parsed.ca, parsed.verify(parsed.publicKey), parsed.checkIssued(parsed)]).toEqual([true, true, true]);
    const hours = (Date.parse(parsed.validTo) - validity.now.getTime()) / 3_600_000;
    expect(Math.round(hours)).toBe(24);
  });
});

describe('what it issues', () => {
  it.each<[string, readonly string[] | undefined, string]>([
    ['is a server, where it serves names', ['a.example', 'b.example'], '1.3.6.1.5.5.7.3.1'],
    ['is a client, where it does not', undefined, '1.3.6.1.5.5.7.3.2'],
  ])('%s', async (_, serves, usage) => {
    const authority = await createAuthority('bees', validity);
    const { certificate } = await issueCertificate(
      authority,
      { commonName: 'bee', ...(serves && { serves }) },
      validity,
    );
    const parsed = new X509Certificate(certificate);
    expect(parsed.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect([parsed.subject, parsed.ca, parsed.keyUsage]).toEqual(['CN=bee', false, [usage]]);
    expect(parsed.subjectAltName).toBe(serves && 'DNS:a.example, DNS:b.example');
  });

  it('lets two peers trust each other', async () => {
    const authority = await createAuthority('bees', validity);
    const server = await issueCertificate(authority, { commonName: 'hive', serves: ['hive'] }, validity);
    const client = await issueCertificate(authority, { commonName: 'bee' }, validity);
    const ca = authority.certificate;
    const listener = createServer({ ca, cert: server.certificate, key: server.key, requestCert: true }, (socket) => {
      socket.end(`${socket.authorized} ${socket.getPeerX509Certificate()?.subject}`);
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as { port: number };
    const tls = { ca, cert: client.certificate, key: client.key, servername: 'hive', host: '127.0.0.1', port };
    const heard = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(tls).setEncoding('utf8').on('error', reject);
      socket.on('data', (chunk: string) => {
        text += chunk;
      });
      socket.on('end', () => resolve(text));
    });
    listener.close();
    expect(heard).toBe('true CN=bee');
  });
});
