import { catalogueFiles } from './catalogue-files.ts';
import type { Gadget } from './gadget.ts';
import { parseDocComment } from './parse-doc-comment.ts';

/** All gadgets, by name in alphabetical order. */
export function listGadgets(): Gadget[] {
  const files = catalogueFiles();
  return Object.keys(files)
    .filter((path) => path.endsWith('.bt'))
    .map((path) => gadgetOf(path.split('/')[0]!, files[path]!))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Undefined where the catalogue has none of that name. */
export function findGadget(name: string): Gadget | undefined {
  const script = catalogueFiles()[`${name}/${name}.bt`];
  return script === undefined ? undefined : gadgetOf(name, script);
}

/** The text of a gadget's README. */
export function gadgetReadme(name: string): string | undefined {
  return catalogueFiles()[`${name}/README.md`];
}

/** A gadget of any script: one of the catalogue, or a user's own file with a doc comment. */
export function gadgetOf(name: string, script: string): Gadget {
  return { name, script, doc: parseDocComment(script) };
}
