import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedFolder } from './cached-folder.ts';
import { unpackDebianSource } from './debian-source.ts';
import type { Progress } from './progress.ts';
import { PLAIN_ENV, run } from './run.ts';
import { ensureSystemPackages } from './system-packages.ts';

/** Debian 12's package of this name holds the whole of it, dependencies included. */
const DEBIAN_VERSION = '1.20.5+really1.20.2';
const VERSION = '1.20.2';
/** Counts the changes of the recipe below that change what it makes. */
const RECIPE = 1;

export const KUBERNETES_PROGRAMS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
] as const;

/** A folder with the programs of Kubernetes: from the cache, or built from Debian's source package, which takes some minutes. */
export function kubernetesBinaries(progress: Progress): Promise<string> {
  const key = `kubernetes-${VERSION}-${RECIPE}-${process.arch}`;
  return cachedFolder(key, async (folder) => {
    progress.say(`building Kubernetes ${VERSION} from Debian's sources; once, about four minutes …`);
    const work = mkdtempSync(join(tmpdir(), 'waggle-kubernetes-'));
    try {
      await build(work, folder, progress);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

async function build(work: string, folder: string, progress: Progress): Promise<void> {
  await ensureSystemPackages(['golang-go', 'rsync', 'make', 'dpkg-dev', 'gcc', 'libc6-dev']);
  const tree = await unpackDebianSource('kubernetes', DEBIAN_VERSION, work);
  progress.say('sources unpacked; compiling …');
  // Its makefiles want to be at home in a GOPATH.
  const home = join(tree, '.go/src/k8s.io');
  mkdirSync(home, { recursive: true });
  symlinkSync(tree, join(home, 'kubernetes'));
  const versionFile = join(work, 'version');
  writeFileSync(versionFile, versionVariables());
  const env = {
    ...PLAIN_ENV,
    HOME: work,
    GOPATH: join(tree, '.go'),
    GOCACHE: join(work, 'go-build'),
    GOFLAGS: '-mod=vendor',
    GO111MODULE: 'off',
    CGO_ENABLED: '0',
    KUBE_GIT_VERSION_FILE: versionFile,
  };
  const what = KUBERNETES_PROGRAMS.map((program) => `cmd/${program}`).join(' ');
  await run('make', [`WHAT=${what}`], { cwd: join(home, 'kubernetes'), env });
  for (const program of KUBERNETES_PROGRAMS) cpSync(join(tree, '_output/bin', program), join(folder, program));
}

/** What `hack/lib/version.sh` reads instead of asking git. */
function versionVariables(): string {
  const [major, minor] = VERSION.split('.');
  return [
    "KUBE_GIT_COMMIT=''",
    "KUBE_GIT_TREE_STATE='archive'",
    `KUBE_GIT_VERSION='v${VERSION}'`,
    `KUBE_GIT_MAJOR='${major}'`,
    `KUBE_GIT_MINOR='${minor}'`,
    '',
  ].join('\n');
}
