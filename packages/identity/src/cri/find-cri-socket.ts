import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where runtimes that speak the Container Runtime Interface listen, the usual ones first. */
const SOCKETS: readonly string[] = [
  'run/containerd/containerd.sock',
  'run/crio/crio.sock',
  'run/k3s/containerd/containerd.sock',
  'run/k0s/containerd.sock',
  'run/cri-dockerd.sock',
];

/** The first of the usual sockets that is there below the host's root folder. */
export function findCriSocket(hostRoot = '/'): string | undefined {
  return SOCKETS.map((path) => join(hostRoot, path)).find((path) => existsSync(path));
}
