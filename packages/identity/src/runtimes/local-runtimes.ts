import { join, relative } from 'node:path';
import type { CgroupMount } from '../cgroup-mount.ts';
import type { ContainerInfo } from './container.ts';
import { CONTAINERS_STORAGE, listStoredContainers } from './containers-storage.ts';
import { DOCKER_SOCKET, listDockerContainers } from './docker-api.ts';
import { BUNDLE_ROOTS, readBundle } from './oci-bundle.ts';
import { RUNC_ROOTS, RuncStates } from './runc-state.ts';

/** Where the runtimes of a machine keep what they know; an agent in a pod finds them below its view of the host. */
export interface RuntimePlaces {
  readonly bundleRoots: typeof BUNDLE_ROOTS;
  readonly runcRoots: typeof RUNC_ROOTS;
  readonly dockerSocket: string;
  readonly containersStorage: string;
}

export const USUAL_PLACES: RuntimePlaces = {
  bundleRoots: BUNDLE_ROOTS,
  runcRoots: RUNC_ROOTS,
  dockerSocket: DOCKER_SOCKET,
  containersStorage: CONTAINERS_STORAGE,
};

/** For an agent that has the host's root folder somewhere else than at `/`: what runtimes write is there, with the paths that they know. */
export function placesBelow(
  hostRoot: string,
  mount: CgroupMount,
): { readonly places: RuntimePlaces; readonly runtimeMount: CgroupMount } {
  if (hostRoot === '/') return { places: USUAL_PLACES, runtimeMount: mount };
  return {
    places: {
      bundleRoots: BUNDLE_ROOTS.map((root) => ({ ...root, folder: join(hostRoot, root.folder) })),
      runcRoots: RUNC_ROOTS.map((root) => ({ ...root, folder: join(hostRoot, root.folder) })),
      dockerSocket: join(hostRoot, DOCKER_SOCKET),
      containersStorage: join(hostRoot, CONTAINERS_STORAGE),
    },
    runtimeMount: { ...mount, path: join('/', relative(hostRoot, mount.path)) },
  };
}

/** What the runtimes of a machine tell without the Container Runtime Interface: files, and Docker's socket. */
export class LocalRuntimes {
  readonly #places: RuntimePlaces;
  readonly #runc: RuncStates;

  /** @param mount of the cgroup tree, as the runtimes see it. */
  constructor(mount: CgroupMount, places: RuntimePlaces) {
    this.#places = places;
    this.#runc = new RuncStates(mount, places.runcRoots);
  }

  /** One container by its id, from its bundle, or from runc's state, which is written before the container's first exec. */
  read(id: string): ContainerInfo | undefined {
    if (id === '' || id.includes('/') || id.startsWith('.')) return undefined;
    return readBundle(id, this.#places.bundleRoots) ?? this.#runc.read(id);
  }

  /** All that runc knows: files only, so that a look-up may wait for it. */
  listRunc(): ContainerInfo[] {
    return this.#runc.list();
  }

  /** All that the others know. Never fails: who does not answer has none. */
  async listOthers(): Promise<ContainerInfo[]> {
    const { containersStorage, dockerSocket } = this.#places;
    return [...listStoredContainers(containersStorage), ...(await listDockerContainers(dockerSocket))];
  }
}
