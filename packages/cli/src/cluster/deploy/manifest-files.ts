import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The files of `deploy/`, by their path in it. The bundle has them inside: the build replaces this file. */
export function manifestFiles(): Readonly<Record<string, string>> {
  const root = fileURLToPath(new URL('../../../../../deploy', import.meta.url));
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
