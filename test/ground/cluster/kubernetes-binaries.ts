import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder, cacheFolder } from './cached-folder.ts';
import { unpackDebianSource } from './debian-source.ts';
import { exclusively } from './exclusively.ts';
import type { Progress } from './progress.ts';
import { PLAIN_ENV, run } from './run.ts';
import { ensureSystemPackages } from './system-packages.ts';

/** Debian 12's package of this name holds the whole of it, dependencies included. */
const DEBIAN_VERSION = '1.20.5+really1.20.2';
const VERSION = '1.20.2';
/** Counts the changes of the recipe below that change what it makes. */
const RECIPE = 1;

const REFLECT2 = 'github.com/modern-go/reflect2';
const REFLECT2_PACKAGE = 'golang-github-modern-go-reflect2-dev';

export const KUBERNETES_PROGRAMS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
] as const;

/** A folder with the programs of Kubernetes: from the cache, or built from Debian's source package, which takes some minutes. */
export function kubernetesBinaries(progress: Progress, signal?: AbortSignal): Promise<string> {
  const key = `kubernetes-${VERSION}-${RECIPE}-${process.arch}`;
  const make = async (folder: string) => {
    progress.say(`building Kubernetes ${VERSION} from Debian's sources; once, about four minutes …`);
    const work = join(folder, 'work');
    mkdirSync(work);
    await build(work, folder, progress, signal);
    rmSync(work, { recursive: true });
  };
  return exclusively('kubernetes-build', progress, () => cachedFolder(join(cacheFolder(), key), make));
}

async function build(work: string, folder: string, progress: Progress, signal?: AbortSignal): Promise<void> {
  await ensureSystemPackages(['golang-go', 'rsync', 'make', 'dpkg-dev', 'gcc', 'libc6-dev', REFLECT2_PACKAGE]);
  const tree = await unpackDebianSource('kubernetes', DEBIAN_VERSION, work);
  replaceReflect2(tree);
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
    // Without its clients of Docker and of clouds: a kubelet would wait for Docker at its start.
    GOFLAGS: '-mod=vendor -tags=dockerless,providerless',
    GO111MODULE: 'off',
    CGO_ENABLED: '0',
    KUBE_GIT_VERSION_FILE: versionFile,
  };
  const what = KUBERNETES_PROGRAMS.map((program) => `cmd/${program}`).join(' ');
  await run('make', [`WHAT=${what}`], { cwd: join(home, 'kubernetes'), env, signal });
  for (const program of KUBERNETES_PROGRAMS) cpSync(join(tree, '_output/bin', program), join(folder, program));
}

/**
 * The reflect2 that Kubernetes 1.20 brings walks maps in a way that Go has changed since 1.18, and the API server crashes over custom resources. Debian packages one
 * that knows both ways.
 */
function replaceReflect2(tree: string): void {
  const vendored = join(tree, 'vendor', REFLECT2);
  rmSync(vendored, { recursive: true });
  cpSync(join('/usr/share/gocode/src', REFLECT2), vendored, { recursive: true, dereference: true });
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
