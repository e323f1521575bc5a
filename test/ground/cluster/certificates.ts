import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

/** Paths of a certificate and of its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  /** For Kubernetes: the user's name. */
  readonly commonName: string;
  /** For Kubernetes: the user's group. */
  readonly organization?: string;
  /** `IP:10.0.0.1`, `DNS:localhost`: makes it a server's certificate. */
  readonly serves?: readonly string[];
}

const CONFIG = '[req]\ndistinguished_name = subject\nprompt = no\n[subject]\n';
const DAYS = '3650';

/** A certificate authority in a folder, which signs with openssl. */
export class CertificateAuthority {
  readonly certificate: string;
  readonly #key: string;
  readonly #folder: string;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.certificate = join(folder, `${name}.crt`);
    this.#key = join(folder, `${name}.key`);
  }

  /** Makes one; its name also names its files. */
  static async create(folder: string, name: string): Promise<CertificateAuthority> {
    const authority = new CertificateAuthority(folder, name);
    await newCertificate(folder, authority.keyPair, { commonName: `waggle test ${name}` }, [
      ...extension('basicConstraints=critical,CA:TRUE'),
      ...extension('keyUsage=critical,digitalSignature,keyCertSign,cRLSign'),
    ]);
    return authority;
  }

  get keyPair(): KeyPair {
    return { certificate: this.certificate, key: this.#key };
  }

  /** A certificate for clients and, with `serves`, for a server; `file` names its files. */
  async issue(file: string, subject: Subject): Promise<KeyPair> {
    const pair = { certificate: join(this.#folder, `${file}.crt`), key: join(this.#folder, `${file}.key`) };
    const usage = subject.serves === undefined ? 'clientAuth' : 'serverAuth,clientAuth';
    await newCertificate(this.#folder, pair, subject, [
      ...['-CA', this.certificate, '-CAkey', this.#key],
      ...extension('basicConstraints=critical,CA:FALSE'),
      ...extension('keyUsage=critical,digitalSignature'),
      ...extension(`extendedKeyUsage=${usage}`),
      ...(subject.serves === undefined ? [] : extension(`subjectAltName=${subject.serves.join(',')}`)),
    ]);
    return pair;
  }
}

/** A private key alone, for signing service account tokens; its path. */
export async function newSigningKey(folder: string, file: string): Promise<string> {
  const path = join(folder, `${file}.key`);
  await run('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', path]);
  return path;
}

async function newCertificate(
  folder: string,
  { certificate, key }: KeyPair,
  { commonName, organization }: Subject,
  options: readonly string[],
): Promise<void> {
  const config = join(folder, 'openssl.cnf');
  if (!existsSync(config)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(config, CONFIG);
  }
  const subject = `${organization === undefined ? '' : `/O=${organization}`}/CN=${commonName}`;
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const what = ['-x509', '-config', config, '-days', DAYS, '-subj', subject];
  await run('openssl', ['req', ...what, ...newKey, '-out', certificate, ...options]);
}

function extension(text: string): readonly string[] {
  return ['-addext', text];
}
