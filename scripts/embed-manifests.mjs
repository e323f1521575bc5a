import { existsSync, readFileSync } from 'node:fs';
import { walk } from './walk.mjs';

/** An esbuild plugin: in the bundle, the manifests of `deploy/` are part of the program instead of files beside it. */
export function embedManifests() {
  return {
    name: 'embed-manifests',
    setup(build) {
      build.onLoad({ filter: /cluster\/deploy\/manifest-files\.ts$/ }, () => {
        const root = 'deploy';
        const files = existsSync(root) ? walk(root, (path) => path.endsWith('.yaml')) : [];
        const entries = files.map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]);
        const contents = `const files = ${JSON.stringify(Object.fromEntries(entries))};\nexport function manifestFiles() { return files; }\n`;
        return { contents, loader: 'js', watchFiles: files };
      });
    },
  };
}
