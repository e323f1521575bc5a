import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type ImageFile, makeLayer, programWithLibraries, writeArchive } from './index.ts';
import type { Layer } from './layer.ts';

/** Names of architectures: Node.js's to that of images. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' } as const;

/** waggle's own image, in layers: Node.js with what it needs, and waggle. The lower one changes seldom. */
export function waggleImageFiles(node: string): readonly (readonly ImageFile[])[] {
  return [programWithLibraries(node, '/usr/bin/node'), waggleFiles()];
}

export interface WaggleImageOptions {
  /** The tar file to write. */
  readonly output: string;
  /** With its tag. */
  readonly name: string;
  /** The Node.js that goes in; one for this machine's architecture. */
  readonly node: string;
  /** Where compressed layers are kept between runs. */
  readonly cache: string;
}

/**
 * waggle's own image: Node.js and the libraries that it is linked with, koffi, and the bundles; no shell, no package manager, no certificates
 * of others. The Dockerfile makes one of the same files.
 */
export async function writeWaggleImage({ output, name, node, cache }: WaggleImageOptions): Promise<void> {
  const architecture = ARCHITECTURES[process.arch as keyof typeof ARCHITECTURES];
  if (architecture === undefined) throw new Error(`no image for ${process.arch}: waggle runs on x64 and arm64`);
  const [lower, upper] = waggleImageFiles(node);
  const layers = [await cachedLayer(lower!, cache), await makeLayer(upper!, 9)];
  const config = {
    Entrypoint: ['/usr/bin/node', '/waggle/cli/bin/waggle.cjs'],
    Env: ['PATH=/usr/bin'],
    Labels: { 'org.opencontainers.image.title': 'waggle', 'org.opencontainers.image.licenses': 'Apache-2.0' },
  };
  await writeArchive(output, [{ name, architecture, layers, config }]);
}

function waggleFiles(): ImageFile[] {
  const file = (path: string, from: string, mode = 0o644): ImageFile => ({ path, mode, content: readFileSync(from) });
  return [
    file('/waggle/agent.cjs', 'packages/agent/dist/agent.cjs'),
    file('/waggle/gateway.cjs', 'packages/gateway/dist/gateway.cjs'),
    file('/waggle/cli/bin/waggle.cjs', 'packages/cli/bin/waggle.cjs', 0o755),
    ...readdirSync('packages/cli/dist')
      .filter((name) => name.endsWith('.cjs'))
      .map((name) => file(`/waggle/cli/dist/${name}`, `packages/cli/dist/${name}`)),
    file('/waggle/cli/dist/package.json', 'packages/cli/dist/package.json'),
    file('/waggle/LICENSE', 'LICENSE'),
    ...koffiFiles().map((path) => file(`/waggle/${path}`, path)),
  ];
}

/** What koffi loads on this platform with glibc, and its license. */
function koffiFiles(): string[] {
  const native = `koffi-linux-${process.arch}`;
  createRequire(join(process.cwd(), 'package.json'))(`@koromix/${native}`); // Fails here, not in the cluster, where it is missing.
  return [
    'node_modules/koffi/package.json',
    'node_modules/koffi/LICENSE.txt',
    'node_modules/koffi/index.cjs',
    'node_modules/koffi/src/koffi/index.cjs',
    'node_modules/koffi/src/koffi/src/static.cjs',
    `node_modules/@koromix/${native}/package.json`,
    `node_modules/@koromix/${native}/index.js`,
    `node_modules/@koromix/${native}/linux_${process.arch}/koffi.node`,
  ];
}

/** Node.js takes seconds to compress, and seldom changes. */
async function cachedLayer(files: readonly ImageFile[], cache: string): Promise<Layer> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file.path}\0`).update('content' in file ? file.content : '');
  const path = join(cache, `${hash.digest('hex').slice(0, 16)}.layer`);
  if (existsSync(path) && existsSync(`${path}.id`)) {
    return { blob: readFileSync(path), diffId: readFileSync(`${path}.id`, 'utf8') };
  }
  const layer = await makeLayer(files, 9);
  mkdirSync(cache, { recursive: true });
  writeFileSync(path, layer.blob);
  writeFileSync(`${path}.id`, layer.diffId);
  return layer;
}
