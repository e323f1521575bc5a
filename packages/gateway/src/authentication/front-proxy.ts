/**
 * How the API server introduces users to aggregated servers, as it publishes it in the ConfigMap `extension-apiserver-authentication` of
 * `kube-system` (k8s.io/apiserver, `server/options/authentication.go`).
 */
export interface FrontProxy {
  /** PEM certificates, one text each. Nobody else's clients may speak for users. */
  readonly authorities: readonly string[];
  /** Common names that may; empty for any. */
  readonly allowedNames: readonly string[];
  /** Lower case, tried in order. */
  readonly usernameHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}

export const AUTHENTICATION_CONFIG_MAP = 'extension-apiserver-authentication';

/** What is published; undefined where the API server has no front proxy: then nobody can speak for a user. */
export function parseFrontProxy(data: Readonly<Record<string, string>> | undefined): FrontProxy | undefined {
  const authorities = splitPem(data?.['requestheader-client-ca-file'] ?? '');
  if (authorities.length === 0) return undefined;
  return {
    authorities,
    allowedNames: names(data?.['requestheader-allowed-names']),
    usernameHeaders: lower(names(data?.['requestheader-username-headers'])),
    groupHeaders: lower(names(data?.['requestheader-group-headers'])),
    extraHeaderPrefixes: lower(names(data?.['requestheader-extra-headers-prefix'])),
  };
}

function splitPem(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** A JSON array of strings; what is none counts as empty, except that it must not widen who is let in. */
function names(text: string | undefined): string[] {
  if (text === undefined) return [];
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || value.some((name) => typeof name !== 'string'))
    throw new TypeError(`no list of names: ${text}`);
  return value as string[];
}

function lower(texts: readonly string[]): string[] {
  return texts.map((text) => text.toLowerCase());
}
