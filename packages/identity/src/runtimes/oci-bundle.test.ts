import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseBundle, readBundle } from './oci-bundle.ts';

const OF_CONTAINERD = {
  'io.kubernetes.cri.container-name': 'main',
  'io.kubernetes.cri.container-type': 'container',
  'io.kubernetes.cri.image-name': 'cart:2',
  'io.kubernetes.cri.sandbox-name': 'cart-1',
  'io.kubernetes.cri.sandbox-uid': 'u-1',
};
const OF_CRIO = {
  'io.kubernetes.container.name': 'main',
  'io.kubernetes.cri-o.ContainerType': 'container',
  'io.kubernetes.cri-o.ImageName': 'cart:2',
  'io.kubernetes.pod.uid': 'u-1',
};

it.each<[name: string, config: unknown, expected: object | undefined]>([
  ["containerd's", { annotations: OF_CONTAINERD }, { name: 'main', image: 'cart:2', podUid: 'u-1' }],
  ["CRI-O's", { annotations: OF_CRIO }, { name: 'main', image: 'cart:2', podUid: 'u-1' }],
  [
    "a pod's sandbox",
    { annotations: { ...OF_CRIO, 'io.kubernetes.cri-o.ContainerType': 'sandbox' } },
    { name: 'pause', podUid: 'u-1' },
  ],
  ["nerdctl's", { annotations: { 'nerdctl/name': 'web' } }, { name: 'web' }],
  ['one without a name', { annotations: { 'io.kubernetes.pod.uid': 'u-1' } }, undefined],
  ['odd annotations', { annotations: { 'nerdctl/name': 3, 'io.kubernetes.cri.container-name': '' } }, undefined],
  ['none', {}, undefined],
  ['no object', { annotations: null }, undefined],
  ['no config', null, undefined],
])('reads the bundle: %s', (_name, config, expected) => {
  const found = parseBundle(JSON.stringify(config), 'id', 'containerd');
  expect(found).toEqual(expected === undefined ? undefined : { id: 'id', runtime: 'containerd', ...expected });
});

it('finds bundles where the runtimes have them, and passes over what is half written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bundles-'));
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, 'config.json'), text);
  };
  const text = (name: string): string => JSON.stringify({ annotations: { 'nerdctl/name': name } });
  write('spaces/default/a', '{"annotations":');
  write('spaces/k8s.io/a', text('first'));
  write('plain/b/userdata', text('second'));
  const roots = [
    { folder: join(folder, 'none'), namespaces: true, inner: '', runtime: 'containerd' },
    { folder: join(folder, 'spaces'), namespaces: true, inner: '', runtime: 'containerd' },
    { folder: join(folder, 'plain'), namespaces: false, inner: 'userdata', runtime: 'crio' },
  ] as const;
  expect(readBundle('a', roots)).toEqual({ id: 'a', name: 'first', runtime: 'containerd' });
  expect(readBundle('b', roots)).toEqual({ id: 'b', name: 'second', runtime: 'crio' });
  expect(readBundle('c', roots)).toBeUndefined();
  rmSync(folder, { recursive: true });
});
