/** Modules of Node.js that take milliseconds to load, and that most runs do not need. */
const SLOW = /^node:(child_process|http|tty)$/;

/**
 * An esbuild plugin: in the bundle, slow modules of Node.js are loaded when something of them is first used, also where a dependency imports
 * them at its head.
 */
export function lazyBuiltins() {
  return {
    name: 'lazy-builtins',
    setup(build) {
      build.onResolve({ filter: SLOW }, ({ path, namespace }) =>
        namespace === 'lazy-builtin' ? { path, external: true } : { path, namespace: 'lazy-builtin' },
      );
      build.onLoad({ filter: SLOW, namespace: 'lazy-builtin' }, async ({ path }) => {
        const names = Object.keys(await import(path)).filter((name) => name !== 'default');
        const getters = names.map((name) => `get ${name}() { return require('${path}').${name}; }`);
        return { contents: `module.exports = { ${getters.join(', ')} };`, loader: 'js' };
      });
    },
  };
}
