import { X509Certificate } from 'node:crypto';
import type { FrontProxy } from './front-proxy.ts';
import { clientFault, commonName } from './signed-by.ts';

/** Whom the API server speaks for; it has already decided that they may do what they ask for. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export type Authentication =
  | { readonly user: User }
  /** For the log, not for who asked. */
  | { readonly refusal: string };

/** Decides who is asking. Headers count only from a client that the front proxy's authority vouches for, under an allowed name. */
export class Authenticator {
  readonly #frontProxy: FrontProxy | undefined;
  readonly #authorities: readonly X509Certificate[];

  /** @throws Error where an authority cannot be read */
  constructor(frontProxy: FrontProxy | undefined) {
    this.#frontProxy = frontProxy;
    this.#authorities = (frontProxy?.authorities ?? []).map((pem) => new X509Certificate(pem));
  }

  /**
   * @param chain what the client showed, its own certificate first
   * @param rawHeaders names and values in turn, as Node.js has them: what is joined can no more be told apart
   */
  authenticate(chain: readonly X509Certificate[], rawHeaders: readonly string[], now = new Date()): Authentication {
    const proxy = this.#frontProxy;
    if (proxy === undefined) return { refusal: 'the API server publishes no front proxy' };
    const fault = clientFault(chain, this.#authorities, now);
    if (fault !== undefined) return { refusal: fault };
    const name = commonName(chain[0]!);
    if (proxy.allowedNames.length > 0 && (name === undefined || !proxy.allowedNames.includes(name)))
      return { refusal: `the client ${JSON.stringify(name ?? '')} is not an allowed front proxy` };
    return introducedUser(proxy, headersOf(rawHeaders));
  }
}

type Headers = ReadonlyMap<string, readonly string[]>;

function headersOf(rawHeaders: readonly string[]): Headers {
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    const value = rawHeaders[at + 1]!;
    if (value === '') continue;
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return headers;
}

function introducedUser(proxy: FrontProxy, headers: Headers): Authentication {
  const name = proxy.usernameHeaders.map((header) => headers.get(header)?.[0]).find(Boolean);
  if (name === undefined) return { refusal: 'the front proxy names no user' };
  return {
    user: {
      name,
      groups: proxy.groupHeaders.flatMap((header) => headers.get(header) ?? []),
      extra: extraOf(proxy.extraHeaderPrefixes, headers),
    },
  };
}

function extraOf(prefixes: readonly string[], headers: Headers): Record<string, readonly string[]> {
  const extra: Record<string, readonly string[]> = {};
  for (const [header, values] of headers) {
    const prefix = prefixes.find((known) => header.startsWith(known) && header.length > known.length);
    if (prefix !== undefined) extra[unescapeKey(header.slice(prefix.length))] = values;
  }
  return extra;
}

/** Keys are percent-encoded where they are no header names (k8s.io/apiserver, `requestheader.go`). */
function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
