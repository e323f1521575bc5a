import { X509Certificate } from 'node:crypto';
import { isKubeError, type KubeClient, type KubeObject, SECRETS } from '@waggle/kube';
import {
  AGENT_TLS_SECRET,
  AUTHORITY_DAYS,
  AUTHORITY_SECRET,
  authorityFault,
  GATEWAY_CLIENT_SECRET,
  GATEWAY_TLS_SECRET,
  LEAF_DAYS,
  type LeafPlan,
  type LeafSecret,
  leafFault,
  leafPlans,
} from './certificate-plan.ts';
import { createAuthority, issueCertificate } from './issue-certificate.ts';
import type { KeyPair } from './key-pair.ts';

/** What the gateway serves with, and calls agents with. */
export interface Certificates {
  /** PEM of the authority, and of the one before it while that is valid: what peers are to trust. */
  readonly authorities: string;
  readonly server: KeyPair;
  readonly client: KeyPair;
}

interface Secret extends KubeObject {
  readonly type?: string;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>;
}

interface Authority extends KeyPair {
  readonly bundle: string;
}

type Report = (event: { readonly secret: string; readonly why: string }) => void;

/**
 * waggle's certificates, kept in Secrets: made where they are missing, replaced where they near their end or fit no more. Any number of
 * gateways may do this at once: the first to write wins, and the others read what it wrote.
 */
export class CertificateStore {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #report: Report;

  /** @param report is told of each Secret that is written, and why. */
  constructor(client: KubeClient, namespace: string, report: Report = () => {}) {
    this.#client = client;
    this.#namespace = namespace;
    this.#report = report;
  }

  /**
   * Reads the certificates, having mended what is wrong with them.
   *
   * @throws KubeError, KubeConnectionError
   */
  async ensure(now = new Date()): Promise<Certificates> {
    const authority = await this.#authority(now);
    const leaves = new Map<LeafSecret, KeyPair>();
    for (const plan of leafPlans(this.#namespace)) leaves.set(plan.secret, await this.#leaf(plan, authority, now));
    return {
      authorities: authority.bundle,
      server: leaves.get(GATEWAY_TLS_SECRET)!,
      client: leaves.get(GATEWAY_CLIENT_SECRET)!,
    };
  }

  async #authority(now: Date): Promise<Authority> {
    const secret = await this.#agree(AUTHORITY_SECRET, async (found) => {
      const fault = found === undefined ? 'it is missing' : authorityFault(pairOf(found), now);
      if (fault === undefined) return undefined;
      const pair = await createAuthority('waggle', { now, days: AUTHORITY_DAYS });
      // Peers that still show certificates of the one before are trusted until those are replaced.
      const previous = found && field(found, 'tls.crt');
      return { fault, data: { ...dataOf(pair), ...(previous && { 'previous.crt': previous }) } };
    });
    const pair = pairOf(secret);
    const previous = field(secret, 'previous.crt');
    const bundle = previous && isValid(previous, now) ? pair.certificate + previous : pair.certificate;
    return { ...pair, bundle };
  }

  async #leaf(plan: LeafPlan, authority: Authority, now: Date): Promise<KeyPair> {
    const secret = await this.#agree(plan.secret, async (found) => {
      const outdated = found !== undefined && field(found, 'ca.crt') !== authority.bundle;
      const fault =
        found === undefined
          ? 'it is missing'
          : (leafFault(pairOf(found), plan, authority, now) ?? (outdated ? 'it holds another authority' : undefined));
      if (fault === undefined) return undefined;
      const pair = await issueCertificate(authority, plan, { now, days: LEAF_DAYS });
      return { fault, data: { ...dataOf(pair), 'ca.crt': authority.bundle } };
    });
    return pairOf(secret);
  }

  /** Reads a Secret, or writes what `mend` wants in its place; whoever is second to write looks again at what the first wrote. */
  async #agree(name: string, mend: (found: Secret | undefined) => Promise<Mended | undefined>): Promise<Secret> {
    for (;;) {
      const found = await this.#read(name);
      const mended = await mend(found);
      if (mended === undefined) return found!;
      try {
        const written = await this.#write(name, found, mended.data);
        this.#report({ secret: name, why: mended.fault });
        return written;
      } catch (error) {
        if (!isKubeError(error, 'AlreadyExists', 'Conflict', 'NotFound')) throw error;
      }
    }
  }

  async #read(name: string): Promise<Secret | undefined> {
    try {
      return await this.#client.get<Secret>(SECRETS, { name, namespace: this.#namespace });
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  #write(name: string, found: Secret | undefined, texts: Readonly<Record<string, string>>): Promise<Secret> {
    const data = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, encode(text)]));
    if (found !== undefined) return this.#client.replace<Secret>(SECRETS, { ...found, data } as Secret);
    const labels = {
      'app.kubernetes.io/name': 'waggle',
      'app.kubernetes.io/component': name === AGENT_TLS_SECRET ? 'agent' : 'gateway',
    };
    const metadata = { name, namespace: this.#namespace, labels };
    const secret = { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata, data };
    return this.#client.create<Secret>(SECRETS, secret);
  }
}

interface Mended {
  readonly fault: string;
  readonly data: Readonly<Record<string, string>>;
}

function dataOf({ certificate, key }: KeyPair): Record<string, string> {
  return { 'tls.crt': certificate, 'tls.key': key };
}

function pairOf(secret: Secret): KeyPair {
  return { certificate: field(secret, 'tls.crt') ?? '', key: field(secret, 'tls.key') ?? '' };
}

function field({ data }: Secret, key: string): string | undefined {
  const value = data?.[key];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function isValid(certificate: string, now: Date): boolean {
  try {
    return now.getTime() < Date.parse(new X509Certificate(certificate).validTo);
  } catch {
    return false;
  }
}
