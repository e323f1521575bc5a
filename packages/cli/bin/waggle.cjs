#!/usr/bin/env node
'use strict';
// Starts the bundle through V8's code cache where one fits this Node.js: nothing is compiled at start. With
// --make-code-cache, stores that cache (the build does this once).
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');
const { createRequire } = require('node:module');

const bundle = join(__dirname, '..', 'dist', 'waggle.cjs');
const cacheFile = `${bundle}.${process.version}-${process.arch}.cache`;

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const source = read(bundle);
if (source === undefined) {
  process.stderr.write('waggle: this checkout is not built yet: run "npm run build" first\n');
  process.exit(1);
}
const makeCache = process.argv[2] === '--make-code-cache';
const cachedData = makeCache ? undefined : read(cacheFile);
// The bundle is ASCII: as latin1 it is one byte a character in memory, too.
const script = new Script(`(function(exports,require,module,__filename,__dirname){${source.toString('latin1')}\n})`, {
  filename: bundle,
  cachedData,
});
const start = script.runInThisContext();
const target = { exports: {} };
if (makeCache) {
  // Run a command first: functions that have run are in the cache, compiled.
  process.argv.splice(2, 1, 'warm-up');
  process.once('exit', () => writeFileSync(cacheFile, script.createCachedData()));
}
start(target.exports, createRequire(bundle), target, bundle, join(bundle, '..'));
