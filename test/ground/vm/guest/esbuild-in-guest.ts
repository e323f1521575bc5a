/**
 * What test files import as `esbuild` in the guest: programs that tests build for processes of their own were built on the host, where that takes
 * a tenth of a second.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { join, relative } from 'node:path';

interface BuildOptions {
  readonly entryPoints: readonly string[];
  readonly outfile: string;
}

export function buildSync({ entryPoints, outfile }: BuildOptions): void {
  const source = relative(process.cwd(), entryPoints[0]!);
  const built = join('build', 'vm', 'guest', 'programs', source.replace(/\.ts$/, '.mjs'));
  if (!existsSync(built))
    throw new Error(`${source} is not built for guests: name it in test/ground/vm/guest-tests.ts`);
  copyFileSync(built, outfile);
}

export async function build(options: BuildOptions): Promise<void> {
  buildSync(options);
}
