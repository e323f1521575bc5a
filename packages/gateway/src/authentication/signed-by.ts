import type { X509Certificate } from 'node:crypto';

/** `id-kp-clientAuth`, `anyExtendedKeyUsage` (RFC 5280, 4.2.1.12). */
const CLIENT_USAGES = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];
/** Certificates between a client's and the authority that is trusted. */
const MAX_INTERMEDIATES = 4;

/**
 * Whether a client's certificate was signed by one of the authorities, directly or through what the client showed along with it, and everything
 * on that way is valid now. This asks *which* authority signed: that a TLS library found some trusted one says nothing about that.
 *
 * @returns what is wrong; undefined where nothing is
 */
export function clientFault(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: Date,
): string | undefined {
  const [leaf, ...shown] = chain;
  if (leaf === undefined) return 'no client certificate';
  const usages = leaf.keyUsage as readonly string[] | undefined;
  if (usages !== undefined && !usages.some((usage) => CLIENT_USAGES.includes(usage)))
    return 'the certificate is not for clients';
  let current = leaf;
  for (let depth = 0; depth <= MAX_INTERMEDIATES; depth++) {
    if (!isTimely(current, now)) return 'the certificate is not valid at this time';
    if (authorities.some((authority) => isTimely(authority, now) && hasSigned(authority, current))) return undefined;
    const between = shown.find((certificate) => certificate !== current && hasSigned(certificate, current));
    if (between === undefined) break;
    current = between;
  }
  return 'another authority signed the certificate';
}

function hasSigned(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isTimely({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && now.getTime() <= Date.parse(validTo);
}

/** The common name of a certificate's subject; undefined where it has none, or several. */
export function commonName({ subject }: X509Certificate): string | undefined {
  const found = [...subject.matchAll(/^CN=(.*)$/gm)];
  return found.length === 1 ? found[0]![1] : undefined;
}
