import { readdirSync } from 'node:fs';

/** Files below a folder that a predicate takes, sorted, without installed and built ones. */
export function walk(folder, takes) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'dist') found.push(...walk(path, takes));
    } else if (takes(path)) found.push(path);
  }
  return found;
}
