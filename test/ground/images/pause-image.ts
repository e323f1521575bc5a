import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Image, makeLayer } from '../../../scripts/oci/index.ts';
import { imageArchitecture } from './image-architecture.ts';

/** Holds the namespaces of a pod. */
export const PAUSE_IMAGE = 'waggle.dev/pause:test';

/** It is process 1 where containers of a pod share a process namespace: children that others left are its to bury. */
const SOURCE = `
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void bury(int signal) { (void)signal; while (waitpid(-1, 0, WNOHANG) > 0); }
static void leave(int signal) { (void)signal; _exit(0); }

int main(void) {
  signal(SIGCHLD, bury);
  signal(SIGTERM, leave);
  signal(SIGINT, leave);
  for (;;) pause();
}
`;

/** Needs gcc and a static C library. */
export async function pauseImage(): Promise<Image> {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-pause-'));
  try {
    const program = join(folder, 'pause');
    const options = ['-static', '-Os', '-s', '-Wl,--build-id=none', '-x', 'c', '-o', program, '-'];
    execFileSync('gcc', options, { input: SOURCE, stdio: ['pipe', 'ignore', 'inherit'] });
    const layer = await makeLayer([{ path: '/pause', mode: 0o755, content: readFileSync(program) }]);
    const architecture = imageArchitecture();
    return { name: PAUSE_IMAGE, architecture, layers: [layer], config: { Entrypoint: ['/pause'] } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
