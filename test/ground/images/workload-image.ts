import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buildOciImage, type Layer } from './oci-image.ts';

/** busybox with all of its commands: what pods of tests run. */
export const WORKLOAD_IMAGE = 'waggle.dev/workload:test';

const BUSYBOX = '/bin/busybox';

/** The image's archive. Needs Debian's busybox-static. */
export function workloadImage(): Buffer {
  const applets = execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  const links = applets.filter((name) => name !== 'busybox').map((name) => [`bin/${name}`, { linkTo: 'busybox' }]);
  const layer: Layer = {
    ...Object.fromEntries(links),
    'bin/busybox': { content: readFileSync(BUSYBOX), mode: 0o755 },
    'etc/passwd': { content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' },
    'etc/group': { content: 'root:x:0:\nnogroup:x:65534:\n' },
    root: { folder: true, mode: 0o700 },
    tmp: { folder: true, mode: 0o1777 },
  };
  return buildOciImage({ name: WORKLOAD_IMAGE, entrypoint: [], cmd: ['/bin/sh'], layers: [layer] });
}
