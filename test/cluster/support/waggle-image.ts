import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { writeWaggleImage } from '../../../scripts/oci/waggle-image.ts';
import type { ClusterFacts } from '../../ground/cluster/cluster-state.ts';
import { run } from '../../ground/cluster/run.ts';
import { importImageInto } from '../../ground/images/import-image.ts';

const FOLDER = 'build/image';
const BUNDLES = ['packages/cli/dist', 'packages/agent/dist', 'packages/gateway/dist'];

/** Makes waggle's image of the bundles as they are, and makes the nodes know it; what is there already is not made again. Gives its name. */
export async function provideWaggleImage({ nodes }: Pick<ClusterFacts, 'nodes'>): Promise<string> {
  const tag = `test-${hashOfBundles()}`;
  const name = `waggle.dev/waggle:${tag}`;
  const archive = join(FOLDER, `waggle-${tag}.tar`);
  if (!existsSync(archive)) {
    mkdirSync(FOLDER, { recursive: true });
    const draft = `${archive}.${process.pid}`;
    await writeWaggleImage({ output: draft, name, node: realpathSync(process.execPath), cache: FOLDER });
    renameSync(draft, archive);
  }
  for (const { containerdSocket } of nodes) {
    const list = ['--address', containerdSocket, '--namespace', 'k8s.io', 'images', 'list', '--quiet', `name==${name}`];
    if ((await run('ctr', list)).trim() === '') await importImageInto(containerdSocket, archive);
  }
  return name;
}

function hashOfBundles(): string {
  const hash = createHash('sha256');
  for (const folder of BUNDLES) {
    for (const name of readdirSync(folder)
      .filter((file) => file.endsWith('.cjs'))
      .sort())
      hash.update(`${folder}/${name}\0`).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}
