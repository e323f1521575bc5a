import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Image, type ImageFile, makeLayer } from '../../../scripts/oci/index.ts';
import { imageArchitecture } from './image-architecture.ts';

/** busybox with all of its commands: what pods of tests run. */
export const WORKLOAD_IMAGE = 'waggle.dev/workload:test';

const BUSYBOX = '/bin/busybox';

/** Needs Debian's busybox-static. */
export async function workloadImage(): Promise<Image> {
  const commands = execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  const files: ImageFile[] = [
    { path: '/bin/busybox', mode: 0o755, content: readFileSync(BUSYBOX) },
    ...commands.filter((name) => name !== 'busybox').map((name) => ({ path: `/bin/${name}`, link: 'busybox' })),
    {
      path: '/etc/passwd',
      mode: 0o644,
      content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    },
    { path: '/etc/group', mode: 0o644, content: 'root:x:0:\nnogroup:x:65534:\n' },
    { path: '/root', mode: 0o700, folder: true },
    { path: '/tmp', mode: 0o1777, folder: true },
  ];
  const layers = [await makeLayer(files, 1)];
  const config = { Cmd: ['/bin/sh'], Env: ['PATH=/bin'] };
  return { name: WORKLOAD_IMAGE, architecture: imageArchitecture(), layers, config };
}
