import { createPrivateKey, X509Certificate } from 'node:crypto';
import { AGENT_SERVER_NAME, GATEWAY_CLIENT_NAME } from '@waggle/kube';
import type { KeyPair } from './key-pair.ts';

/** The Secrets, all in the gateway's namespace. */
export const AUTHORITY_SECRET = 'waggle-ca';
export const GATEWAY_TLS_SECRET = 'waggle-gateway-tls';
export const AGENT_TLS_SECRET = 'waggle-agent-tls';
export const GATEWAY_CLIENT_SECRET = 'waggle-gateway-client-tls';

export type LeafSecret = typeof GATEWAY_TLS_SECRET | typeof AGENT_TLS_SECRET | typeof GATEWAY_CLIENT_SECRET;

export interface LeafPlan {
  readonly secret: LeafSecret;
  readonly commonName: string;
  readonly serves?: readonly string[];
}

export const GATEWAY_SERVICE = 'waggle-gateway';

/** The authority lives for ten years, leaves for one; each is replaced when a third of its life is left. */
export const AUTHORITY_DAYS = 3650;
export const LEAF_DAYS = 365;
const RENEWED_AT = 2 / 3;

/** The certificates that the authority signs. */
export function leafPlans(namespace: string): readonly LeafPlan[] {
  const service = `${GATEWAY_SERVICE}.${namespace}`;
  return [
    { secret: GATEWAY_TLS_SECRET, commonName: GATEWAY_SERVICE, serves: [`${service}.svc`, service, GATEWAY_SERVICE] },
    { secret: AGENT_TLS_SECRET, commonName: AGENT_SERVER_NAME, serves: [AGENT_SERVER_NAME] },
    { secret: GATEWAY_CLIENT_SECRET, commonName: GATEWAY_CLIENT_NAME },
  ];
}

/** Why an authority that is there is to be replaced; undefined where it is good. */
export function authorityFault(authority: KeyPair, now: Date): string | undefined {
  const certificate = parse(authority);
  if (typeof certificate === 'string') return certificate;
  if (!certificate.ca) return 'its certificate is no authority';
  return ageFault(certificate, now);
}

/** Why a leaf that is there is to be replaced; undefined where it is good. */
export function leafFault(leaf: KeyPair, plan: LeafPlan, authority: KeyPair, now: Date): string | undefined {
  const certificate = parse(leaf);
  if (typeof certificate === 'string') return certificate;
  const issuer = new X509Certificate(authority.certificate);
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return 'another authority signed it';
  if (certificate.subject !== `CN=${plan.commonName}`) return 'it names another';
  const missing = plan.serves?.find((name) => certificate.checkHost(name, { subject: 'never' }) === undefined);
  if (missing !== undefined) return `it does not serve ${missing}`;
  return ageFault(certificate, now);
}

function parse({ certificate, key }: KeyPair): X509Certificate | string {
  try {
    const parsed = new X509Certificate(certificate);
    return parsed.checkPrivateKey(createPrivateKey(key)) ? parsed : 'its key belongs to another certificate';
  } catch {
    return 'it cannot be read';
  }
}

function ageFault(certificate: X509Certificate, now: Date): string | undefined {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (now.getTime() < from) return `it is valid only from ${certificate.validFrom} on`;
  return now.getTime() > from + (to - from) * RENEWED_AT ? `it ends on ${certificate.validTo}` : undefined;
}
