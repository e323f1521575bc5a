import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What reading a kubeconfig imports for the few who log in or connect that way: tens of milliseconds of a start. */
const SELDOM = /^(node-fetch|socks-proxy-agent|hpagent|openid-client|jsonpath-plus)$/;
/** Classes of every API, for a method that nobody calls here: megabytes. */
const NEVER = /^\.\/gen\/index\.js$/;
const IMPORTER = /[\\/]@kubernetes[\\/]client-node[\\/]dist[\\/][a-z_]+\.js$/;

/** An esbuild plugin: in the bundle, some packages of a dependency are loaded when something of them is first used, or left out. */
export function lazyPackages() {
  return {
    name: 'lazy-packages',
    setup(build) {
      build.onResolve({ filter: SELDOM }, ({ path, importer, namespace }) => {
        if (namespace !== 'file' || !IMPORTER.test(importer)) return undefined;
        return { path: createRequire(importer).resolve(path), namespace: 'lazy-package' };
      });
      build.onResolve({ filter: NEVER }, ({ importer }) =>
        IMPORTER.test(importer) ? { path: 'generated-classes', namespace: 'left-out' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
      build.onLoad({ filter: /.*/, namespace: 'lazy-package' }, async ({ path }) => {
        const names = Object.keys(await import(pathToFileURL(path).href)).filter((name) => /^\w+$/.test(name));
        const source = JSON.stringify(path);
        const getters = names.map((name) => `get ${name}() { return require(${source}).${name}; }`);
        return { contents: `module.exports = { ${getters.join(', ')} };`, loader: 'js', resolveDir: dirname(path) };
      });
    },
  };
}
