import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Image, type ImageFile, makeLayer, programWithLibraries, writeArchive } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'waggle-oci-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILES: readonly ImageFile[] = [
  { path: '/usr/bin/tool', mode: 0o755, content: 'tool' },
  { path: '/bin', link: 'usr/bin' },
  { path: '/tmp', mode: 0o1777, folder: true },
  { path: `/deep/${'long'.repeat(40)}/${'name'.repeat(40)}`, mode: 0o644, content: 'long' },
];

async function archiveOf(name: string, files = FILES): Promise<string> {
  const layers = [await makeLayer(files)];
  const image: Image = { name: 'example.test/tool:1.2', architecture: 'amd64', layers, config: { Cmd: ['/bin/tool'] } };
  const path = join(folder, name);
  await writeArchive(path, [image]);
  return path;
}

const tar = (...args: string[]): string => execFileSync('tar', args, { encoding: 'utf8' });

describe('a layer', () => {
  it('has the files, their folders, modes and owners, sorted', async () => {
    const path = join(folder, 'layer.tar.gz');
    const { blob } = await makeLayer(FILES);
    writeFileSync(path, blob);
    const lines = tar('-tvzf', path, '--utc', '--full-time').trimEnd().split('\n');
    const shown = lines.map((line) => line.replace(/ +/g, ' ').replace(/ 0 1970-01-01 00:00:00/, ''));
    expect(shown.filter((line) => !line.includes('long'))).toEqual([
      'lrwxrwxrwx 0/0 bin -> usr/bin',
      'drwxr-xr-x 0/0 deep/',
      'drwxrwxrwt 0/0 tmp/',
      'drwxr-xr-x 0/0 usr/',
      'drwxr-xr-x 0/0 usr/bin/',
      '-rwxr-xr-x 0/0 4 1970-01-01 00:00:00 usr/bin/tool',
    ]);
    expect(shown.at(-1)).toContain('usr/bin/tool');
    expect(tar('-xzOf', path, `deep/${'long'.repeat(40)}/${'name'.repeat(40)}`)).toBe('long');
  });

  it('is the same whatever the order of the files', async () => {
    expect(await makeLayer([...FILES].reverse())).toEqual(await makeLayer(FILES));
  });

  it.each<[string, readonly ImageFile[], string]>([
    ['a relative path', [{ path: 'bin', link: 'x' }], 'image: "bin" is no absolute, plain path'],
    ['a way out', [{ path: '/a/../b', link: 'x' }], 'image: "/a/../b" is no absolute, plain path'],
    ['a path twice', [FILES[0]!, FILES[0]!], 'image: two entries for /usr/bin/tool'],
    ['a file as a folder', [FILES[1]!, { path: '/bin/sh', link: 'x' }], 'image: /bin is both a file and a folder'],
  ])('refuses %s', async (_, files, message) => {
    await expect(makeLayer(files)).rejects.toThrow(message);
  });
});

describe('an archive', () => {
  it('is an OCI layout whose digests are right', async () => {
    const path = await archiveOf('digests.tar');
    const read = (name: string): string => tar('-xOf', path, name);
    expect(JSON.parse(read('oci-layout'))).toEqual({ imageLayoutVersion: '1.0.0' });
    const [described] = JSON.parse(read('index.json')).manifests;
    const blob = (digest: string): Buffer => {
      const content = execFileSync('tar', ['-xOf', path, `blobs/${digest.replace(':', '/')}`]);
      expect(`sha256:${createHash('sha256').update(content).digest('hex')}`).toBe(digest);
      return content;
    };
    const manifest = JSON.parse(String(blob(described.digest)));
    const config = JSON.parse(String(blob(manifest.config.digest)));
    expect(manifest.layers.map(({ size }: { size: number }) => size)).toEqual([blob(manifest.layers[0].digest).length]);
    expect(config).toMatchObject({ architecture: 'amd64', os: 'linux', config: { Cmd: ['/bin/tool'] } });
    expect(config.rootfs.diff_ids).toEqual([(await makeLayer(FILES)).diffId]);
    expect(described.annotations['io.containerd.image.name']).toBe('example.test/tool:1.2');
  });

  it('is the same each time it is written', async () => {
    const [first, second] = [await archiveOf('first.tar'), await archiveOf('second.tar')];
    expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
  });
});

it('finds what a program needs to run', () => {
  const files = programWithLibraries(process.execPath, '/usr/bin/node');
  const paths = files.map(({ path }) => path);
  expect(paths[0]).toBe('/usr/bin/node');
  expect(paths.some((path) => /ld-(linux|musl)/.test(path))).toBe(true);
  expect(statSync(process.execPath).size).toBe(Buffer.from('content' in files[0]! ? files[0].content : '').length);
});
