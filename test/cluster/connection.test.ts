import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { useWaggle } from './support/use-waggle.ts';

const NAMESPACE = `connection-${process.pid}`;
const NONE = `No traces found in ${NAMESPACE} namespace.\n`;

const folder = temporaryFolder();
const waggle = useWaggle();
const { cluster } = waggle;

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  await cluster.apply(
    binding('of-account', { kind: 'ServiceAccount', name: 'default', namespace: NAMESPACE }),
    binding('of-group', { kind: 'Group', name: 'tracers', apiGroup: 'rbac.authorization.k8s.io' }),
  );
}, 60_000);

afterAll(() => cluster.deleteNamespace(NAMESPACE), 60_000);

function binding(name: string, subject: object): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace: NAMESPACE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'waggle-viewer' },
    subjects: [subject],
  };
}

async function tokenOfAccount(): Promise<string> {
  const get = (...words: readonly string[]) => cluster.kubectl(['get', '-n', NAMESPACE, ...words]);
  const secret = await get('serviceaccount', 'default', '-o', 'jsonpath={.secrets[0].name}');
  return Buffer.from(await get('secret', secret, '-o', 'jsonpath={.data.token}'), 'base64').toString();
}

/** A kubeconfig of the cluster with another user, and more of the cluster. */
function kubeconfig(name: string, user: object, more: object = {}): string {
  const { server, ca } = cluster.facts;
  const path = join(folder, name);
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: NAMESPACE } }],
    clusters: [
      { name: 'c', cluster: { server, 'certificate-authority-data': readFileSync(ca).toString('base64'), ...more } },
    ],
    users: [{ name: 'u', user }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

it('is made with a token, from the kubeconfig, a file or the command line', async () => {
  const token = await tokenOfAccount();
  writeFileSync(join(folder, 'token'), token);
  const paths = [kubeconfig('token-inside', { token }), kubeconfig('token-file', { tokenFile: 'token' })];
  for (const path of paths)
    expect(await waggle.run(['get', '--kubeconfig', path])).toMatchObject({ code: 0, stderr: NONE });
  const nobody = kubeconfig('nobody', {});
  expect(await waggle.run(['get', '--kubeconfig', nobody, '--token', token])).toMatchObject({ code: 0, stderr: NONE });
  expect(await waggle.run(['get', '--kubeconfig', nobody])).toMatchObject({ code: 1 });
  expect((await waggle.run(['get', '--kubeconfig', nobody, '--token', 'wrong'])).stderr).toContain(
    'the cluster does not know who you are',
  );
});

it('is made with the token that a plugin gives', async () => {
  const plugin = join(folder, 'plugin');
  const status = { token: await tokenOfAccount() };
  const credential = { apiVersion: 'client.authentication.k8s.io/v1beta1', kind: 'ExecCredential', status };
  writeFileSync(plugin, `#!/bin/sh\nprintf '%s' '${JSON.stringify(credential)}'\n`);
  chmodSync(plugin, 0o755);
  const exec = { apiVersion: credential.apiVersion, command: plugin, interactiveMode: 'Never' };
  const outcome = await waggle.run(['get', '--kubeconfig', kubeconfig('plugin-user', { exec })]);
  expect(outcome).toMatchObject({ code: 0, stderr: NONE });
});

it('is made as somebody else, with groups', async () => {
  const get = (...words: readonly string[]) => waggle.run(['get', '-n', NAMESPACE, ...words]);
  expect(await get('--as', 'jane', '--as-group', 'others', '--as-group', 'tracers')).toMatchObject({
    code: 0,
    stderr: NONE,
  });
  expect((await get('--as', 'jane', '--as-group', 'others')).stderr).toContain('User "jane" cannot list');
  const { users } = JSON.parse(await cluster.kubectl(['config', 'view', '--raw', '-o', 'json'])) as {
    readonly users: readonly { readonly user: object }[];
  };
  const acting = kubeconfig('acting', { ...users[0]!.user, as: 'jane', 'as-groups': ['tracers'] });
  expect(await waggle.run(['get', '--kubeconfig', acting])).toMatchObject({ code: 0, stderr: NONE });
});

it('is not made to a server that is not who it should be, unless that is wanted', async () => {
  const token = await tokenOfAccount();
  const path = kubeconfig(
    'stranger',
    { token },
    { 'certificate-authority-data': Buffer.from(OTHER_AUTHORITY()).toString('base64') },
  );
  expect(await waggle.run(['get', '--kubeconfig', path])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('certificate'),
  });
  const insecure = await waggle.run(['get', '--kubeconfig', path, '--insecure-skip-tls-verify']);
  expect(insecure).toMatchObject({ code: 0, stderr: NONE });
  const mended = await waggle.run(['get', '--kubeconfig', path, '--certificate-authority', cluster.facts.ca]);
  expect(mended).toMatchObject({ code: 0, stderr: NONE });
});

/** Some certificate that has signed nothing here: the front proxy's authority. */
const OTHER_AUTHORITY = () => readFileSync(join(cluster.facts.kubeconfig, '..', 'pki', 'front-proxy-ca.crt'), 'utf8');

it('is made through a proxy', async () => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url }, socket, head) => {
    asked.push(url!);
    const { hostname, port } = new URL(`https://${url}`);
    const upstream = connect(Number(port || 443), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  try {
    const { port } = proxy.address() as AddressInfo;
    const token = await tokenOfAccount();
    const path = kubeconfig('proxied', { token }, { 'proxy-url': `http://127.0.0.1:${port}` });
    expect(await waggle.run(['get', '--kubeconfig', path])).toMatchObject({ code: 0, stderr: NONE });
    expect(asked).toContain(new URL(cluster.facts.server).host);
  } finally {
    proxy.close();
  }
});

it('is made from inside of a pod as its service account', async () => {
  const container = {
    name: 'waggle',
    image: waggle.image,
    imagePullPolicy: 'Never',
    command: ['/usr/bin/node', '/waggle/cli/bin/waggle.cjs', 'get'],
  };
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'inside', namespace: NAMESPACE },
    spec: { restartPolicy: 'Never', containers: [container] },
  });
  const phase = () => cluster.kubectl(['get', 'pod', 'inside', '-n', NAMESPACE, '-o', 'jsonpath={.status.phase}']);
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    if (/Succeeded|Failed/.test(await phase())) break;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  expect(await cluster.kubectl(['logs', 'inside', '-n', NAMESPACE])).toBe(NONE);
  expect(await phase()).toBe('Succeeded');
}, 90_000);
