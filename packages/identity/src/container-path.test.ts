import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CgroupMeaning, isKubepodsRoot, readCgroupPath } from './container-path.ts';

const ID = '4f1c0e6f6ad1b9e7a2f6d83c5b0d7a914f1c0e6f6ad1b9e7a2f6d83c5b0d7a91';
const INNER = '9a'.repeat(32);
const UID = '0b6f2c1e-8d5a-4f0e-9c1d-2a3b4c5d6e7f';
const SLICED_UID = UID.replaceAll('-', '_');
const BURSTABLE = '/kubepods.slice/kubepods-burstable.slice';

function container(runtime: string, path: string, id = ID): Partial<CgroupMeaning> {
  return { container: { id, runtime, path } } as Partial<CgroupMeaning>;
}

describe('readCgroupPath', () => {
  it.each<[name: string, path: string, expected: CgroupMeaning]>([
    ['the root', '/', {}],
    ['docker, cgroupfs', `/docker/${ID}`, container('docker', `/docker/${ID}`)],
    [
      'docker, systemd',
      `/system.slice/docker-${ID}.scope`,
      { ...container('docker', `/system.slice/docker-${ID}.scope`), unit: `docker-${ID}.scope` },
    ],
    [
      'a cgroup inside a docker container',
      `/docker/${ID}/system.slice/nginx.service`,
      { ...container('docker', `/docker/${ID}`), unit: 'nginx.service' },
    ],
    ['docker in docker', `/docker/${ID}/docker/${INNER}`, container('docker', `/docker/${ID}/docker/${INNER}`, INNER)],
    [
      'docker, rootless',
      `/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`,
      {
        ...container('docker', `/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`),
        unit: `docker-${ID}.scope`,
      },
    ],
    [
      'containerd under Kubernetes, cgroupfs',
      `/kubepods/burstable/pod${UID}/${ID}`,
      {
        ...container('containerd', `/kubepods/burstable/pod${UID}/${ID}`),
        pods: [{ uid: UID, path: `/kubepods/burstable/pod${UID}` }],
      },
    ],
    [
      'a guaranteed pod',
      `/kubepods/pod${UID}/${ID}`,
      { ...container('containerd', `/kubepods/pod${UID}/${ID}`), pods: [{ uid: UID, path: `/kubepods/pod${UID}` }] },
    ],
    [
      'a pod itself',
      `/kubepods/besteffort/pod${UID}`,
      { pods: [{ uid: UID, path: `/kubepods/besteffort/pod${UID}` }] },
    ],
    [
      'a static pod, whose UID is a hash',
      `/kubepods/pod${'ab'.repeat(16)}/${ID}`,
      {
        ...container('containerd', `/kubepods/pod${'ab'.repeat(16)}/${ID}`),
        pods: [{ uid: 'ab'.repeat(16), path: `/kubepods/pod${'ab'.repeat(16)}` }],
      },
    ],
    [
      'containerd under Kubernetes, systemd',
      `${BURSTABLE}/kubepods-burstable-pod${SLICED_UID}.slice/cri-containerd-${ID}.scope`,
      {
        ...container('containerd', `${BURSTABLE}/kubepods-burstable-pod${SLICED_UID}.slice/cri-containerd-${ID}.scope`),
        pods: [{ uid: UID, path: `${BURSTABLE}/kubepods-burstable-pod${SLICED_UID}.slice` }],
        unit: `cri-containerd-${ID}.scope`,
      },
    ],
    [
      'containerd with mixed drivers',
      `/system.slice/containerd.service/kubepods-burstable-pod${SLICED_UID}.slice:cri-containerd:${ID}`,
      {
        ...container(
          'containerd',
          `/system.slice/containerd.service/kubepods-burstable-pod${SLICED_UID}.slice:cri-containerd:${ID}`,
        ),
        pods: [
          {
            uid: UID,
            path: `/system.slice/containerd.service/kubepods-burstable-pod${SLICED_UID}.slice:cri-containerd:${ID}`,
          },
        ],
        unit: 'containerd.service',
      },
    ],
    [
      'a cluster in a container',
      `/docker/${ID}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${SLICED_UID}.slice/cri-containerd-${INNER}.scope`,
      {
        ...container(
          'containerd',
          `/docker/${ID}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${SLICED_UID}.slice/cri-containerd-${INNER}.scope`,
          INNER,
        ),
        pods: [
          {
            uid: UID,
            path: `/docker/${ID}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${SLICED_UID}.slice`,
          },
        ],
        unit: `cri-containerd-${INNER}.scope`,
      },
    ],
    [
      'nerdctl',
      `/system.slice/nerdctl-${ID}.scope`,
      { ...container('containerd', `/system.slice/nerdctl-${ID}.scope`), unit: `nerdctl-${ID}.scope` },
    ],
    ['nerdctl, cgroupfs', `/default/${ID}`, container('containerd', `/default/${ID}`)],
    [
      'CRI-O with its inner cgroup',
      `${BURSTABLE}/kubepods-burstable-pod${SLICED_UID}.slice/crio-${ID}.scope/container`,
      {
        ...container('crio', `${BURSTABLE}/kubepods-burstable-pod${SLICED_UID}.slice/crio-${ID}.scope`),
        pods: [{ uid: UID, path: `${BURSTABLE}/kubepods-burstable-pod${SLICED_UID}.slice` }],
        unit: `crio-${ID}.scope`,
      },
    ],
    ["CRI-O's monitor is no container", `/system.slice/crio-conmon-${ID}.scope`, { unit: `crio-conmon-${ID}.scope` }],
    [
      'CRI-O, cgroupfs',
      `/kubepods/pod${UID}/crio-${ID}`,
      { ...container('crio', `/kubepods/pod${UID}/crio-${ID}`), pods: [{ uid: UID, path: `/kubepods/pod${UID}` }] },
    ],
    [
      'Podman',
      `/machine.slice/libpod-${ID}.scope/container`,
      { ...container('podman', `/machine.slice/libpod-${ID}.scope`), unit: `libpod-${ID}.scope` },
    ],
    [
      'a Podman pod',
      `/machine.slice/machine-libpod_pod_${INNER}.slice/libpod-${ID}.scope`,
      {
        ...container('podman', `/machine.slice/machine-libpod_pod_${INNER}.slice/libpod-${ID}.scope`),
        unit: `libpod-${ID}.scope`,
      },
    ],
    ['Podman, cgroupfs', `/libpod_parent/libpod-${ID}`, container('podman', `/libpod_parent/libpod-${ID}`)],
    ["Podman's monitor", `/machine.slice/libpod-conmon-${ID}.scope`, { unit: `libpod-conmon-${ID}.scope` }],
    [
      'runc, systemd, with any name',
      '/system.slice/runc-web-1.scope',
      { ...container('runc', '/system.slice/runc-web-1.scope', 'web-1'), unit: 'runc-web-1.scope' },
    ],
    ['LXC', '/lxc.payload.web/init.scope', { ...container('lxc', '/lxc.payload.web', 'web'), unit: 'init.scope' }],
    [
      'nspawn',
      '/machine.slice/systemd-nspawn@deb.service/payload',
      {
        ...container('nspawn', '/machine.slice/systemd-nspawn@deb.service', 'deb'),
        unit: 'systemd-nspawn@deb.service',
      },
    ],
    ['a service', '/system.slice/nginx.service', { unit: 'nginx.service' }],
    [
      'a templated service in a slice of its own',
      '/system.slice/system-getty.slice/getty@tty1.service',
      { unit: 'getty@tty1.service' },
    ],
    ['a login session', '/user.slice/user-1000.slice/session-3.scope', { unit: 'session-3.scope' }],
    [
      "a user's service",
      '/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service',
      { unit: 'dbus.service' },
    ],
    ['a slice', '/user.slice/user-1000.slice', { unit: 'user-1000.slice' }],
    ["a command of waggle's", '/waggle/cat-12-1', container('waggle', '/waggle/cat-12-1', 'cat-12-1')],
    ['what is below it', '/waggle/cat-12-1/x', container('waggle', '/waggle/cat-12-1', 'cat-12-1')],
    ["waggle's own folder", '/waggle', {}],
    ['some folder', '/build/job-1', {}],
  ])('%s', (_name, path, expected) => {
    expect(readCgroupPath(path)).toEqual(expected);
  });

  it('tells of both pods where a cluster runs in one', () => {
    const other = UID.replace('0b', 'ff');
    const path = `/kubepods/pod${UID}/${ID}/kubepods/besteffort/pod${other}`;
    expect(readCgroupPath(path)).toEqual({
      ...container('containerd', `/kubepods/pod${UID}/${ID}`),
      pods: [
        { uid: UID, path: `/kubepods/pod${UID}` },
        { uid: other, path },
      ],
    });
  });

  it('takes any path, and the container is a part of it', () => {
    const part = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('docker', ID, `docker-${ID}.scope`, `pod${UID}`, 'waggle'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const path = `/${parts
          .map((p) => p.replaceAll('/', ''))
          .filter(Boolean)
          .join('/')}`;
        const found = readCgroupPath(path).container;
        expect(found === undefined || `${path}/`.startsWith(`${found.path}/`)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('isKubepodsRoot', () => {
  it.each([
    ['/kubepods', true],
    ['/node-a/kubepods', true],
    ['/kubepods.slice', true],
    ['/docker/x/kubelet.slice/kubelet-kubepods.slice', true],
    ['/kubepods/burstable', false],
    [BURSTABLE, false],
    [`/kubepods/pod${UID}`, false],
    ['/', false],
  ])('%s: %s', (path, expected) => {
    expect(isKubepodsRoot(path)).toBe(expected);
  });
});
