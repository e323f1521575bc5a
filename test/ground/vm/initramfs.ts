import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, makeEntry } from './cache-folder.ts';
import { FIRST_STAGE, SECOND_STAGE } from './guest-init.ts';
import { runTool } from './run-tool.ts';

const BUSYBOX = '/bin/busybox';

/** The initramfs that finds the disks and starts the guest: busybox and two scripts. @returns its path */
export async function initramfs(): Promise<string> {
  if (!existsSync(BUSYBOX)) throw new Error('please install this package first: busybox-static');
  const hash = createHash('sha256').update(readFileSync(BUSYBOX)).update(FIRST_STAGE).update(SECOND_STAGE);
  const entry = join(cacheFolder(), 'initramfs', hash.digest('hex').slice(0, 24));
  const path = join(entry, 'initramfs.cpio');
  if (!existsSync(path)) {
    rmSync(join(entry, '..'), { recursive: true, force: true });
    await makeEntry(entry, pack);
  }
  return path;
}

async function pack(folder: string): Promise<void> {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'dev'));
  copyFileSync(BUSYBOX, join(root, 'bin', 'busybox'));
  writeFileSync(join(root, 'init'), FIRST_STAGE);
  writeFileSync(join(root, 'second-stage'), SECOND_STAGE);
  for (const name of ['init', 'bin/busybox']) chmodSync(join(root, name), 0o755);
  await runTool('sh', ['-c', 'find . | cpio --create --quiet --format=newc >../initramfs.cpio'], root);
  rmSync(root, { recursive: true });
}
