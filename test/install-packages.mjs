#!/usr/bin/env node
/**
 * Installs what the tests need from Debian, where it is missing: a container runtime and something to run in a container.
 *
 * Usage: node test/install-packages.mjs
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** A file by which a package is recognised. */
const PACKAGES = [
  { name: 'runc', file: '/usr/sbin/runc' },
  { name: 'busybox-static', file: '/bin/busybox' },
];

const missing = PACKAGES.filter(({ file }) => !isExecutable(file)).map(({ name }) => name);
if (missing.length > 0) {
  console.log(`installing ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () =>
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { env, stdio: 'inherit' });
  try {
    install();
  } catch {
    // The lists of packages may be missing or too old.
    execFileSync('apt-get', ['update', '-q'], { env, stdio: 'inherit' });
    install();
  }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
