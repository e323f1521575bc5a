import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { run } from './run.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Downloads a source package of this machine's own Debian mirror, checked against Debian's signatures, and unpacks it with Debian's patches. apt works with
 * lists of its own in `folder`: the machine's configuration stays as it is.
 *
 * @param versionPrefix what the version starts with.
 * @returns the source tree, in `folder`.
 */
export async function unpackDebianSource(name: string, versionPrefix: string, folder: string): Promise<string> {
  const options = await privateApt(join(folder, 'apt'));
  await run('apt-get', [...options, 'update', '-q']);
  const version = newestVersion(await run('apt-cache', [...options, 'showsrc', name]), versionPrefix);
  if (version === undefined) throw new ClusterError(`Debian here has no source package ${name} ${versionPrefix}`);
  await run('apt-get', [...options, 'source', '--download-only', '-q', `${name}=${version}`], { cwd: folder });
  const description = readdirSync(folder).find((file) => file.endsWith('.dsc'));
  const tree = join(folder, 'source');
  await run('dpkg-source', ['--no-check', '--extract', description!, tree], { cwd: folder }); // apt has checked it.
  return tree;
}

/** Options that have apt read the source packages of the machine's own mirrors. */
async function privateApt(folder: string): Promise<readonly string[]> {
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  let mirrors = await debianMirrors();
  if (mirrors.length === 0) {
    await run('apt-get', ['update', '-q']); // A fresh machine does not know yet whose mirrors they are.
    mirrors = await debianMirrors();
  }
  if (mirrors.length === 0) throw new ClusterError('apt knows no mirror of Debian');
  const sources = join(folder, 'sources.list');
  writeFileSync(sources, mirrors.map((mirror) => `deb-src [signed-by=${KEYRING}] ${mirror}\n`).join(''));
  const settings = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** `URI SUITE COMPONENT` of each place that binary packages of Debian come from. */
async function debianMirrors(): Promise<readonly string[]> {
  const format = '$(ORIGIN)|$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const text = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const found = text.split('\n').flatMap((line) => (line.startsWith('Debian|') ? [line.slice('Debian|'.length)] : []));
  return [...new Set(found)];
}

/** apt lists the newest first. */
function newestVersion(descriptions: string, prefix: string): string | undefined {
  const versions = [...descriptions.matchAll(/^Version: (\S+)$/gm)].map(([, version]) => version!);
  return versions.find((version) => version.startsWith(prefix));
}
