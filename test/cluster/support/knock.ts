import { request } from 'node:https';

/** Something that listens, and what is asked of it. */
export interface Door {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** As whom somebody comes. */
export interface Visitor {
  readonly name: string;
  /** PEM. */
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

/** What anybody can say of himself. */
const FORGED = { 'x-remote-user': 'system:admin', 'x-remote-group': 'system:masters' };
const TIMEOUT_MS = 10_000;

/** Asks once, from wherever this runs: the status of the answer, or why there was none. */
export function knock({ host, port, path }: Door, { cert, key, token }: Visitor): Promise<string> {
  return new Promise((resolve) => {
    const headers = { ...FORGED, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const identity = { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
    const options = { host, port, path, headers, ...identity, rejectUnauthorized: false, agent: false };
    const asked = request({ ...options, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(String(answer.statusCode)));
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', (error) => resolve(error.message === 'timeout' ? 'timeout' : 'hung up'));
    asked.end();
  });
}

/** Everybody at every door. */
export async function knockAtAll(
  doors: readonly Door[],
  visitors: readonly Visitor[],
): Promise<Record<string, Record<string, string>>> {
  const results: Record<string, Record<string, string>> = {};
  for (const door of doors) {
    const answers: Record<string, string> = {};
    for (const visitor of visitors) answers[visitor.name] = await knock(door, visitor);
    results[door.name] = answers;
  }
  return results;
}
