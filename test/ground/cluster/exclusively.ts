import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from './cluster-error.ts';
import type { Progress } from './progress.ts';

const POLL_MS = 200;
const WAIT_MS = 15 * 60_000;

/**
 * One at a time on this machine. The lock is an abstract socket (unix(7)): it needs no file, and the kernel lets go of it when the process ends,
 * however that happens.
 */
export async function exclusively<T>(name: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  const lock = await take(`\0waggle-${name}`, progress);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

async function take(path: string, progress: Progress): Promise<Server> {
  for (const deadline = performance.now() + WAIT_MS; performance.now() < deadline; await sleep(POLL_MS)) {
    const server = createServer((connection) => connection.destroy());
    const taken = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
      );
      server.listen(path, () => resolve(true));
    });
    if (taken) return server;
    if (deadline - performance.now() > WAIT_MS - POLL_MS)
      progress.say('another process is at it: waiting for its end …');
  }
  throw new ClusterError('another process has been at it for a quarter of an hour');
}
