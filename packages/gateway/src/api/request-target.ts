/** What a request is for: its path as it came, and its parameters. */
export interface RequestTarget {
  readonly path: string;
  readonly search: URLSearchParams;
}

/**
 * Splits a request's target (RFC 9112, 3.2.1). Not with URL, which resolves `..` and turns `\` into `/`: the API server has allowed the path that it saw,
 * `…/namespaces/mine/traces/x/log/../../../../yours/traces/y/log` among them, and nothing else may be read out of it.
 */
export function requestTarget(target: string): RequestTarget {
  const at = target.indexOf('?');
  const [path, query] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
  return { path, search: new URLSearchParams(query) };
}
