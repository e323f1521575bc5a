#!/usr/bin/env node
'use strict';
// Starts a bundle through V8's code cache where one fits this Node.js: nothing is compiled at start. With --make-code-cache, stores the caches of all
// bundles (the build does this once).
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');
const { createRequire } = require('node:module');

const dist = join(__dirname, '..', 'dist');
const makeCaches = process.argv[2] === '--make-code-cache';
/** Bundles that a bundle loads when it needs them. */
const LAZY = { './cluster.cjs': 'cluster.cjs' };

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function load(name) {
  const bundle = join(dist, name);
  const source = read(bundle);
  if (source === undefined) {
    process.stderr.write('waggle: this checkout is not built yet: run "npm run build" first\n');
    process.exit(1);
  }
  const cacheFile = `${bundle}.${process.version}-${process.arch}.cache`;
  // The bundle is ASCII: as latin1 it is one byte a character in memory, too.
  const script = new Script(`(function(exports,require,module,__filename,__dirname){${source.toString('latin1')}\n})`, {
    filename: bundle,
    cachedData: makeCaches ? undefined : read(cacheFile),
  });
  // At the end: functions that have run are in the cache, compiled.
  if (makeCaches) process.once('exit', () => writeFileSync(cacheFile, script.createCachedData()));
  const target = { exports: {} };
  const requireHere = createRequire(bundle);
  const requireLazily = (id) => (LAZY[id] === undefined ? requireHere(id) : load(LAZY[id]));
  script.runInThisContext()(target.exports, requireLazily, target, bundle, dist);
  return target.exports;
}

if (makeCaches) process.argv.splice(2, 1, 'warm-up');
load('waggle.cjs');
