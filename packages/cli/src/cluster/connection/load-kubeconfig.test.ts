import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ConnectionOptions } from './connection-options.ts';
import { loadKubeconfig } from './load-kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'waggle-kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const one = file(
  'one',
  `
current-context: dev
contexts:
  - { name: dev, context: { cluster: dev, user: jane, namespace: shop } }
  - { name: prod, context: { cluster: prod, user: robot } }
clusters:
  - { name: dev, cluster: { server: 'https://dev:6443/', certificate-authority: ca.crt } }
  - { name: prod, cluster: { server: 'https://prod', insecure-skip-tls-verify: true, tls-server-name: api } }
users:
  - { name: jane, user: { client-certificate: jane.crt, client-key: jane.key, as: boss } }
  - { name: robot, user: { token: abc } }
  - { name: actor, user: { tokenFile: t, as: boss, as-groups: [a, b], as-uid: '5', as-user-extra: { Why: [x] } } }
`,
);
const two = file(
  'two',
  `
current-context: other
contexts:
  - { name: dev, context: { cluster: other, user: robot } }
  - { name: other, context: { cluster: other, user: robot } }
clusters:
  - { name: other, cluster: { server: 'https://other' } }
users:
  - { name: robot, user: { token: another } }
`,
);
const home = join(folder, 'home');
mkdirSync(join(home, '.kube'), { recursive: true });
writeFileSync(
  join(home, '.kube', 'config'),
  "clusters: [{ name: h, cluster: { server: 'https://home' } }]\ncontexts: [{ name: h, context: { cluster: h, user: '' } }]\ncurrent-context: h\n",
);

/** What the current context comes down to. */
async function loaded(options: ConnectionOptions, env: NodeJS.ProcessEnv) {
  const config = await loadKubeconfig(options, env);
  const { namespace } = config.contexts[0]!;
  return { cluster: config.getCurrentCluster(), user: config.getCurrentUser(), namespace };
}

describe('a kubeconfig', () => {
  test.each<[string, ConnectionOptions, NodeJS.ProcessEnv, object]>([
    [
      'of the flag',
      { kubeconfig: one },
      { KUBECONFIG: two },
      {
        cluster: { server: 'https://dev:6443', caFile: join(folder, 'ca.crt') },
        user: { certFile: join(folder, 'jane.crt'), keyFile: join(folder, 'jane.key'), impersonateUser: 'boss' },
        namespace: 'shop',
      },
    ],
    ['of KUBECONFIG', {}, { KUBECONFIG: two }, { cluster: { server: 'https://other' }, user: { token: 'another' } }],
    [
      'of several files: the first of equal names counts',
      {},
      { KUBECONFIG: `${join(folder, 'nowhere')}:${one}:${two}` },
      { cluster: { server: 'https://dev:6443' }, namespace: 'shop' },
    ],
    ['of the second file', { context: 'other' }, { KUBECONFIG: `${one}:${two}` }, { user: { token: 'abc' } }],
    ['of the home folder', {}, { HOME: home }, { cluster: { server: 'https://home' } }],
    [
      'with another context',
      { kubeconfig: one, context: 'prod' },
      {},
      {
        cluster: { server: 'https://prod', skipTLSVerify: true, tlsServerName: 'api' },
        user: { token: 'abc' },
        namespace: undefined,
      },
    ],
    [
      'with another cluster, user and namespace',
      { kubeconfig: one, cluster: 'prod', user: 'robot', namespace: 'x' },
      {},
      { cluster: { server: 'https://prod' }, user: { token: 'abc' }, namespace: 'x' },
    ],
    [
      'with a token in place of certificates',
      { kubeconfig: one, token: 't' },
      {},
      { user: { token: 't', impersonateUser: 'boss' } },
    ],
    [
      'with another server',
      { kubeconfig: one, server: 'other:1' },
      {},
      { cluster: { server: 'https://other:1', caFile: join(folder, 'ca.crt') } },
    ],
    [
      'from flags alone',
      { server: 'https://x', token: 't' },
      { HOME: '/nowhere' },
      { cluster: { server: 'https://x', skipTLSVerify: false }, user: { token: 't' } },
    ],
    [
      'with what only kubectl reads',
      { kubeconfig: one, user: 'actor' },
      {},
      {
        user: {
          authProvider: { config: { tokenFile: join(folder, 't') } },
          impersonateGroups: ['a', 'b'],
          impersonateUid: '5',
          impersonateExtra: { Why: ['x'] },
        },
      },
    ],
    ['as somebody else', { kubeconfig: one, as: 'alice' }, {}, { user: { impersonateUser: 'alice' } }],
  ])('%s', async (_, options, env, expected) => expect(await loaded(options, env)).toMatchObject(expected));

  test('a token takes the place of certificates', async () => {
    expect((await loaded({ kubeconfig: one, token: 't' }, {})).user).not.toHaveProperty('certFile');
  });

  test.each<[ConnectionOptions, NodeJS.ProcessEnv, string]>([
    [{ kubeconfig: '/nowhere' }, {}, 'cannot read the kubeconfig /nowhere: ENOENT'],
    [{ kubeconfig: file('broken', 'clusters: [{') }, {}, 'cannot read the kubeconfig'],
    [{ kubeconfig: one, context: 'x' }, {}, 'there is no context "x" in the kubeconfig'],
    [{ kubeconfig: one, cluster: 'x' }, {}, 'there is no cluster "x" in the kubeconfig'],
    [{ kubeconfig: one, user: 'x' }, {}, 'there is no user "x" in the kubeconfig'],
    [{}, { HOME: '/nowhere' }, 'no cluster is configured'],
  ])('%j is refused', (options, env, message) => expect(loadKubeconfig(options, env)).rejects.toThrow(message));
});
