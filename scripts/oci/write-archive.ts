import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import type { Layer } from './layer.ts';
import { makeTar } from './make-tar.ts';

export interface Image {
  /** What the image is called where it is imported, such as `waggle.dev/waggle:0.1.0`. */
  readonly name: string;
  /** As images call it. */
  readonly architecture: 'amd64' | 'arm64';
  readonly layers: readonly Layer[];
  /** The `config` object of an image: `Entrypoint`, `Cmd`, `Env`, `User`, `WorkingDir`, `Labels`. */
  readonly config: {
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly Env?: readonly string[];
    readonly User?: string;
    readonly WorkingDir?: string;
    readonly Labels?: Readonly<Record<string, string>>;
  };
}

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Writes images into one tar file that is an OCI layout (image-spec v1, image-layout.md) and what older Dockers read (`manifest.json`): for
 * `ctr image import`, `podman load`, `docker load`, `kind load image-archive`. The same images give the same bytes.
 */
export async function writeArchive(path: string, images: readonly Image[]): Promise<void> {
  const blobs = new Map<string, Buffer>();
  const add = (mediaType: string, blob: Buffer): Descriptor => {
    const digest = createHash('sha256').update(blob).digest('hex');
    blobs.set(`blobs/sha256/${digest}`, blob);
    return { mediaType, digest: `sha256:${digest}`, size: blob.length };
  };
  const described = images.map((image) => describe(image, add));
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: described.map(({ manifest }) => manifest) };
  const docker = described.map(({ docker }) => docker);
  await writeTar(path, [
    ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    ['index.json', json(index)],
    ['manifest.json', json(docker)],
    ...[...blobs].sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

function describe(image: Image, add: (mediaType: string, blob: Buffer) => Descriptor) {
  const layers = image.layers.map(({ blob }) => add(LAYER, blob));
  const config = add(
    CONFIG,
    json({
      created: '1970-01-01T00:00:00Z',
      architecture: image.architecture,
      os: 'linux',
      config: image.config,
      rootfs: { type: 'layers', diff_ids: image.layers.map(({ diffId }) => diffId) },
      history: image.layers.map(() => ({ created: '1970-01-01T00:00:00Z' })),
    }),
  );
  const manifest = add(MANIFEST, json({ schemaVersion: 2, mediaType: MANIFEST, config, layers }));
  const place = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`;
  return {
    manifest: {
      ...manifest,
      annotations: {
        'io.containerd.image.name': image.name,
        'org.opencontainers.image.ref.name': image.name.slice(image.name.lastIndexOf(':') + 1),
      },
      platform: { architecture: image.architecture, os: 'linux' },
    },
    docker: { Config: place(config), RepoTags: [image.name], Layers: layers.map(place) },
  };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** All of the file, or none of it. */
async function writeTar(path: string, files: readonly (readonly [string, Buffer])[]): Promise<void> {
  const tar = await makeTar(files.map(([name, content]) => ({ header: { name, mode: 0o644 }, content })));
  const unfinished = `${path}.${process.pid}.unfinished`;
  writeFileSync(unfinished, tar);
  renameSync(unfinished, path);
}
