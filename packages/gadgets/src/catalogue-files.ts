import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The catalogue's scripts and READMEs by path below its folder. (The bundle has them inside instead: see the build.) */
export function catalogueFiles(): Readonly<Record<string, string>> {
  const root = fileURLToPath(new URL('../catalogue', import.meta.url));
  const files: Record<string, string> = {};
  for (const gadget of readdirSync(root).sort()) {
    for (const file of readdirSync(join(root, gadget))) {
      if (/\.(bt|md)$/.test(file)) files[`${gadget}/${file}`] = readFileSync(join(root, gadget, file), 'utf8');
    }
  }
  return files;
}
