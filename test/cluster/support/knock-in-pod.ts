import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TestCluster } from '../../ground/use-cluster.ts';
import type { Door, Visitor } from './knock.ts';

const KNOCK = fileURLToPath(new URL('knock.ts', import.meta.url));

/** The same as `knockAtAll`, by a pod of a namespace. The image has Node.js. */
export async function knockInPod(
  { apply, kubectl }: TestCluster,
  { namespace, image }: { readonly namespace: string; readonly image: string },
  doors: readonly Door[],
  visitors: readonly Visitor[],
): Promise<Record<string, Record<string, string>>> {
  const name = 'knocks';
  await apply(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      stringData: { 'knock.cjs': await program(), 'all.json': JSON.stringify({ doors, visitors }) },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'main',
            image,
            imagePullPolicy: 'Never',
            command: ['/usr/bin/node', '/knock/knock.cjs'],
            volumeMounts: [{ name: 'knock', mountPath: '/knock' }],
          },
        ],
        volumes: [{ name: 'knock', secret: { secretName: name } }],
      },
    },
  );
  const phase = ['get', 'pod', name, '-n', namespace, '-o', 'jsonpath={.status.phase}'];
  for (const deadline = performance.now() + 60_000; (await kubectl(phase)) !== 'Succeeded'; ) {
    if (performance.now() > deadline)
      throw new Error(`the pod fails: ${await kubectl(['logs', name, '-n', namespace])}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return JSON.parse(await kubectl(['logs', name, '-n', namespace]));
}

async function program(): Promise<string> {
  const main = `import { knockAtAll } from ${JSON.stringify(KNOCK)};
    import { readFileSync } from 'node:fs';
    const { doors, visitors } = JSON.parse(readFileSync('/knock/all.json', 'utf8'));
    knockAtAll(doors, visitors).then((results) => console.log(JSON.stringify(results)));`;
  const stdin = { contents: main, resolveDir: '/', loader: 'ts' as const };
  const { outputFiles } = await build({ stdin, bundle: true, platform: 'node', format: 'cjs', write: false });
  return outputFiles[0]!.text;
}
