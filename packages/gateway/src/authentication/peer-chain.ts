import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

const MAX_LENGTH = 6;

/** What the client of a connection showed, its own certificate first; empty where it showed none. */
export function peerChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < MAX_LENGTH) {
    chain.push(next);
    const issuer: X509Certificate | undefined = next.issuerCertificate;
    next = issuer?.fingerprint256 === next.fingerprint256 ? undefined : issuer;
  }
  return chain;
}
