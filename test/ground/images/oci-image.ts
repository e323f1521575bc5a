import { createHash } from 'node:crypto';
import { type TarEntry, tarArchive } from './tar-archive.ts';

/** What a path of an image is. Folders on the way to it are made (mode 755). */
export type LayerEntry =
  | { readonly content: Buffer | string; /** 0o644 unless told. */ readonly mode?: number }
  | { readonly linkTo: string }
  | { readonly folder: true; /** 0o755 unless told. */ readonly mode?: number };

/** Path without a leading slash → what is there. */
export type Layer = Readonly<Record<string, LayerEntry>>;

export interface ImageSpec {
  /** With its tag: `waggle.dev/workload:test`. */
  readonly name: string;
  /** The lowest layer first. What changes seldom is best below. */
  readonly layers: readonly Layer[];
  readonly entrypoint: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  /** `UID[:GID]`; root unless told. */
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The architecture's name in image configurations (Go's). */
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/**
 * An image as an OCI image layout (image-spec 1.0) in one tar archive, which `ctr images import` and every other tool of this kind reads. The same specification gives
 * the same bytes, and so the same digest: nothing in it tells when or where it was built.
 */
export function buildOciImage(spec: ImageSpec): Buffer {
  const blobs = new Map<string, Buffer>();
  const blob = (mediaType: string, content: Buffer) => {
    const digest = sha256(content);
    blobs.set(digest, content);
    return { mediaType, digest: `sha256:${digest}`, size: content.length };
  };
  const layers = spec.layers.map((layer) => blob('application/vnd.oci.image.layer.v1.tar', layerArchive(layer)));
  const config = blob('application/vnd.oci.image.config.v1+json', json(imageConfig(spec, layers.map(({ digest }) => digest))));
  const manifest = blob('application/vnd.oci.image.manifest.v1+json', json({ schemaVersion: 2, config, layers }));
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        ...manifest,
        platform: { architecture: ARCHITECTURE, os: 'linux' },
        // containerd's importer takes the full name from the one, other tools the tag from the other.
        annotations: { 'io.containerd.image.name': spec.name, 'org.opencontainers.image.ref.name': tagOf(spec.name) },
      },
    ],
  };
  const file = (path: string, content: Buffer): TarEntry => ({ type: 'file', path, mode: 0o644, content });
  return tarArchive([
    file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
    file('index.json', json(index)),
    ...[...blobs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([digest, content]) => file(`blobs/sha256/${digest}`, content)),
  ]);
}

function imageConfig(spec: ImageSpec, diffIds: readonly string[]): object {
  return {
    architecture: ARCHITECTURE,
    os: 'linux',
    config: {
      Entrypoint: spec.entrypoint,
      ...(spec.cmd && { Cmd: spec.cmd }),
      Env: Object.entries({ PATH: '/bin:/usr/bin', ...spec.env }).map(([name, value]) => `${name}=${value}`),
      ...(spec.workingDir && { WorkingDir: spec.workingDir }),
      ...(spec.user && { User: spec.user }),
      ...(spec.labels && { Labels: spec.labels }),
    },
    rootfs: { type: 'layers', diff_ids: diffIds }, // Uncompressed layers: their digests are the same.
    history: diffIds.map(() => ({ created_by: 'waggle' })),
  };
}

function layerArchive(layer: Layer): Buffer {
  const entries: Record<string, LayerEntry> = { ...layer };
  for (const path of Object.keys(layer)) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) entries[path.slice(0, at)] ??= { folder: true };
  }
  const paths = Object.keys(entries).sort(); // A folder stands before what is in it.
  return tarArchive(paths.map((path) => tarEntry(path, entries[path]!)));
}

function tarEntry(path: string, entry: LayerEntry): TarEntry {
  if ('linkTo' in entry) return { type: 'link', path, target: entry.linkTo };
  if ('folder' in entry) return { type: 'folder', path, mode: entry.mode ?? 0o755 };
  return { type: 'file', path, mode: entry.mode ?? 0o644, content: Buffer.from(entry.content as string) };
}

function tagOf(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
