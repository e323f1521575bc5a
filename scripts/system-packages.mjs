/** Installs Debian packages that are missing. As a command: `node scripts/system-packages.mjs NAME …`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';

/** Asked by Debian's maintainer scripts whether they may start a service (policy-rc.d(8)); 101 forbids it. */
const POLICY = '/usr/sbin/policy-rc.d';
/** Another apt-get may be at work. */
const WAIT_FOR_LOCK = ['-o', 'DPkg::Lock::Timeout=300'];

/** Installs the Debian packages of a list that are missing; says so where it cannot. */
export async function ensureSystemPackages(names) {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new Error(`please install these packages first: ${missing.join(' ')}`);
  }
  console.error(`waggle: installing ${missing.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () =>
    execFileSync('apt-get', [...WAIT_FOR_LOCK, 'install', '-y', '-q', '--no-install-recommends', ...missing], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const allowServices = forbidServices();
  try {
    install();
  } catch {
    execFileSync('apt-get', [...WAIT_FOR_LOCK, 'update', '-q'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    install();
  } finally {
    allowServices();
  }
}

/** A package may bring a service (containerd, etcd): we start what we need ourselves. A policy that the machine has stays. */
function forbidServices() {
  if (existsSync(POLICY)) return () => {};
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
  chmodSync(POLICY, 0o755);
  return () => rmSync(POLICY, { force: true });
}

function isInstalled(name) {
  const { status, stdout } = spawnSync('dpkg', ['--status', name], { encoding: 'utf8' });
  return status === 0 && stdout.includes('Status: install ok installed');
}

if (process.argv[1] === new URL(import.meta.url).pathname) await ensureSystemPackages(process.argv.slice(2));
