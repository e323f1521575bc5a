import { ContainerError } from './container-error.ts';
import type { ContainerInfo } from './runtimes/container.ts';

/**
 * The one container that a user means: by whole name or id, else by a unique prefix of an id, else of a name.
 *
 * @throws ContainerError where there is none, or more than one
 */
export function matchContainer(wanted: string, containers: readonly ContainerInfo[]): ContainerInfo {
  const rules: readonly ((container: ContainerInfo) => boolean)[] = [
    ({ id }) => id === wanted,
    ({ name }) => name === wanted,
    ({ id }) => id.startsWith(wanted),
    ({ name }) => name.startsWith(wanted),
  ];
  for (const rule of wanted === '' ? [] : rules) {
    const found = containers.filter(rule);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) throw new ContainerError('AMBIGUOUS_CONTAINER', wanted, found);
  }
  throw new ContainerError('NO_SUCH_CONTAINER', wanted, containers);
}
