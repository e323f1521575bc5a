import type { ContainerInfo } from './runtimes/container.ts';

/** A name or id that does not lead to one container. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError';
  readonly code: 'NO_SUCH_CONTAINER' | 'AMBIGUOUS_CONTAINER' | 'CONTAINER_HAS_NO_CGROUP';
  /** What the user wrote. */
  readonly wanted: string;
  /** Those that it could mean; with `NO_SUCH_CONTAINER`, all there are. */
  readonly candidates: readonly ContainerInfo[];

  constructor(code: ContainerError['code'], wanted: string, candidates: readonly ContainerInfo[]) {
    super(describe(code, wanted, candidates));
    this.code = code;
    this.wanted = wanted;
    this.candidates = candidates;
  }
}

const MAX_NAMED = 8;

function describe(code: ContainerError['code'], wanted: string, candidates: readonly ContainerInfo[]): string {
  const named = candidates
    .slice(0, MAX_NAMED)
    .map(({ name, id }) => (name === id ? name : `${name} (${id.slice(0, 12)})`));
  const list = candidates.length > MAX_NAMED ? [...named, `${candidates.length - MAX_NAMED} more`] : named;
  switch (code) {
    case 'NO_SUCH_CONTAINER':
      return `no container "${wanted}": ${list.length === 0 ? 'no container runs here' : `running are ${list.join(', ')}`}`;
    case 'AMBIGUOUS_CONTAINER':
      return `container "${wanted}" is not unique: ${list.join(', ')}`;
    case 'CONTAINER_HAS_NO_CGROUP':
      return `container "${wanted}" has no cgroup: is it running?`;
  }
}
