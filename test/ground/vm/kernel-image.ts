import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, makeEntry } from './cache-folder.ts';
import { KERNELS, type KernelName } from './kernels.ts';
import { runTool } from './run-tool.ts';

/** A kernel in the cache. */
export interface KernelImage {
  /** Of Debian, with its version: `linux-image-6.1.0-56-cloud-amd64_6.1.192-2`. */
  readonly package: string;
  /** The file that boots. */
  readonly path: string;
}

interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** The kernel of that name in the cache, if it is there and whole. */
export function cachedKernelImage(kernel: KernelName): KernelImage | undefined {
  const folder = kernelFolder(kernel);
  if (!existsSync(folder)) return undefined;
  const entries = readdirSync(folder).map((name) => ({ package: name, path: join(folder, name, 'vmlinuz') }));
  return entries.find(({ path }) => isWhole(path));
}

/** The kernel of that name: out of the cache, or downloaded from Debian. @throws Error naming what failed */
export async function kernelImage(kernel: KernelName, say: (progress: string) => void): Promise<KernelImage> {
  const cached = cachedKernelImage(kernel);
  if (cached !== undefined) return cached;
  let found = await findPackage(kernel);
  if (found === undefined) {
    await runTool('apt-get', ['update', '-q']);
    found = await findPackage(kernel);
  }
  if (found === undefined) throw new Error(`Debian's package lists have no ${KERNELS[kernel].package}`);
  say(`downloading Linux ${kernel} (${found.name}) …`);
  try {
    return await downloadImage(kernel, found);
  } catch {
    // An old list names what newer security updates have replaced.
    await runTool('apt-get', ['update', '-q']);
    return await downloadImage(kernel, (await findPackage(kernel)) ?? found);
  }
}

function kernelFolder(kernel: KernelName): string {
  return join(cacheFolder(), 'kernels', kernel);
}

/** The package that the meta package depends on. */
async function findPackage(kernel: KernelName): Promise<DebianPackage | undefined> {
  const depends = await runTool('apt-cache', ['depends', KERNELS[kernel].package]).catch(() => '');
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) return undefined;
  if (!name.startsWith(`linux-image-${kernel}.`)) {
    throw new Error(`${KERNELS[kernel].package} of this Debian release is ${name}, not Linux ${kernel}`);
  }
  const shown = await runTool('apt-cache', ['show', '--no-all-versions', name]);
  const field = (key: string): string => new RegExp(`^${key}: (\\S+)`, 'm').exec(shown)?.[1] ?? '';
  return { name, version: field('Version'), sha256: field('SHA256') };
}

async function downloadImage(kernel: KernelName, { name, version, sha256 }: DebianPackage): Promise<KernelImage> {
  const entry = `${name}_${version}`;
  const path = join(kernelFolder(kernel), entry);
  rmSync(kernelFolder(kernel), { recursive: true, force: true });
  await makeEntry(path, async (folder) => {
    await runTool('apt-get', ['download', '-q', `${name}=${version}`], folder);
    const deb = join(folder, readdirSync(folder).find((file) => file.endsWith('.deb'))!);
    const actual = hashOf(deb);
    if (actual !== sha256) throw new Error(`${name} has SHA-256 ${actual}, expected ${sha256}`);
    const unpacked = join(folder, 'unpacked');
    await runTool('dpkg', ['-x', deb, unpacked]);
    const boot = join(unpacked, 'boot');
    const vmlinuz = readdirSync(boot).find((file) => file.startsWith('vmlinuz-'));
    if (vmlinuz === undefined) throw new Error(`${name} has no vmlinuz`);
    renameSync(join(boot, vmlinuz), join(folder, 'vmlinuz'));
    writeFileSync(join(folder, 'vmlinuz.sha256'), hashOf(join(folder, 'vmlinuz')));
    rmSync(unpacked, { recursive: true });
    rmSync(deb);
  });
  return { package: entry, path: join(path, 'vmlinuz') };
}

function isWhole(path: string): boolean {
  try {
    return readFileSync(`${path}.sha256`, 'utf8') === hashOf(path);
  } catch {
    return false;
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
