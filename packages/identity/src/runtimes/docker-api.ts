import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { type ContainerInfo, shortId } from './container.ts';

/** Where the Docker daemon listens. */
export const DOCKER_SOCKET = '/run/docker.sock';

/** A daemon that hangs must not hold up a trace. */
const TIMEOUT_MS = 2000;

/** Running containers by Docker's HTTP API (`GET /containers/json`); empty where no daemon answers. */
export async function listDockerContainers(socketPath = DOCKER_SOCKET): Promise<ContainerInfo[]> {
  if (!existsSync(socketPath)) return [];
  try {
    return parseDockerContainers(await get(socketPath, '/containers/json'));
  } catch {
    return [];
  }
}

/** Reads the answer: an array of `{Id, Names: ["/name"], …}`. What has another shape is passed over. */
export function parseDockerContainers(text: string): ContainerInfo[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('Id' in entry) || typeof entry.Id !== 'string') return [];
    const names: unknown = 'Names' in entry ? entry.Names : undefined;
    const first: unknown = Array.isArray(names) ? names[0] : undefined;
    const name = typeof first === 'string' ? first.replace(/^\//, '') : shortId(entry.Id);
    return [{ id: entry.Id, name, runtime: 'docker' as const }];
  });
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, timeout: TIMEOUT_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`Docker answered ${response.statusCode} to ${path}`));
      });
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`Docker did not answer ${path} in ${TIMEOUT_MS} ms`)));
    sent.on('error', reject);
    sent.end();
  });
}
