import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOciImage } from './oci-image.ts';

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

/** The image's archive. Needs gcc and a static C library. */
export function pauseImage(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-pause-'));
  try {
    const program = join(folder, 'pause');
    const options = ['-static', '-Os', '-s', '-Wl,--build-id=none', '-x', 'c', '-o', program, '-'];
    execFileSync('gcc', options, { input: SOURCE, stdio: ['pipe', 'ignore', 'inherit'] });
    const layer = { pause: { content: readFileSync(program), mode: 0o755 } };
    return buildOciImage({ name: PAUSE_IMAGE, entrypoint: ['/pause'], layers: [layer] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
