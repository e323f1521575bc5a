import { readFileSync } from 'node:fs';
import { walk } from './walk.mjs';

/** An esbuild plugin: in the bundle, the catalogue's files are part of the program instead of files beside it. */
export function embedCatalogue() {
  return {
    name: 'embed-catalogue',
    setup(build) {
      build.onLoad({ filter: /gadgets\/src\/catalogue-files\.ts$/ }, () => {
        const root = 'packages/gadgets/catalogue';
        const files = walk(root, (path) => /\.(bt|md)$/.test(path));
        const entries = files.map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]);
        const contents = `const files = ${JSON.stringify(Object.fromEntries(entries))};\nexport function catalogueFiles() { return files; }\n`;
        return { contents, loader: 'js', watchFiles: files };
      });
    },
  };
}
