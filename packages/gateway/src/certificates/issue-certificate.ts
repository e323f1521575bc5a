import { webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import type { KeyPair } from './key-pair.ts';

/** ECDSA on P-256: what every TLS peer knows, and keys that are made in a millisecond. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A certificate is valid from a little before it is made: clocks of nodes differ. */
const CLOCK_SKEW_MS = 5 * 60_000;

export interface Validity {
  readonly now: Date;
  readonly days: number;
}

export interface Subject {
  readonly commonName: string;
  /** DNS names of a server; absent for a client. */
  readonly serves?: readonly string[];
}

/** The library is loaded when the first certificate is made: most starts make none. */
async function x509(): Promise<typeof X509> {
  await import('reflect-metadata');
  const library = await import('@peculiar/x509');
  library.cryptoProvider.set(webcrypto);
  return library;
}

/** A certificate authority of our own: signs itself, and nothing below it may sign (path length 0). */
export async function createAuthority(commonName: string, validity: Validity): Promise<KeyPair> {
  const library = await x509();
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await library.X509CertificateGenerator.createSelfSigned({
    ...lifeOf(validity),
    name: `CN=${commonName}`,
    keys: keys,
    signingAlgorithm: ALGORITHM,
    serialNumber: serialNumber(),
    extensions: [
      new library.BasicConstraintsExtension(true, 0, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.keyCertSign | library.KeyUsageFlags.cRLSign, true),
      await library.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate), key: await privateKeyPem(library, keys.privateKey) };
}

/** A certificate that an authority signs: a server's, where it serves names, else a client's. */
export async function issueCertificate(authority: KeyPair, subject: Subject, validity: Validity): Promise<KeyPair> {
  const library = await x509();
  const issuer = new library.X509Certificate(authority.certificate);
  const pkcs8 = library.PemConverter.decodeFirst(authority.key);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const { serves } = subject;
  const usage = serves === undefined ? library.ExtendedKeyUsage.clientAuth : library.ExtendedKeyUsage.serverAuth;
  const certificate = await library.X509CertificateGenerator.create({
    ...lifeOf(validity),
    subject: `CN=${subject.commonName}`,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: signingKey,
    signingAlgorithm: ALGORITHM,
    serialNumber: serialNumber(),
    extensions: [
      new library.BasicConstraintsExtension(false, undefined, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.digitalSignature, true),
      new library.ExtendedKeyUsageExtension([usage]),
      await library.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(serves === undefined
        ? []
        : [new library.SubjectAlternativeNameExtension(serves.map((value) => ({ type: 'dns' as const, value })))]),
    ],
  });
  return { certificate: pem(certificate), key: await privateKeyPem(library, keys.privateKey) };
}

function lifeOf({ now, days }: Validity): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
    notAfter: new Date(now.getTime() + days * 24 * 3600_000),
  };
}

/** 16 random bytes, positive (RFC 5280, 4.1.2.2), in hexadecimal. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function pem(certificate: X509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function privateKeyPem(library: typeof X509, key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${library.PemConverter.encode(pkcs8, library.PemConverter.PrivateKeyTag)}\n`;
}
