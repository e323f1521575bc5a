import { execFileSync, spawnSync } from 'node:child_process';

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
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  try {
    install();
  } catch {
    execFileSync('apt-get', ['update', '-q'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    install();
  }
}

function isInstalled(name) {
  const { status, stdout } = spawnSync('dpkg', ['--status', name], { encoding: 'utf8' });
  return status === 0 && stdout.includes('Status: install ok installed');
}
