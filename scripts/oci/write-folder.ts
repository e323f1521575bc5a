import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeTree, type ImageFile } from './image-file.ts';

/** Writes the files of a layer below a folder. */
export function writeFolder(root: string, files: readonly ImageFile[]): void {
  mkdirSync(root, { recursive: true });
  for (const file of completeTree(files)) {
    const path = join(root, file.path);
    if ('link' in file) {
      symlinkSync(file.link, path);
      continue;
    }
    if ('folder' in file) mkdirSync(path, { recursive: true });
    else writeFileSync(path, file.content);
    chmodSync(path, file.mode); // Whatever the umask is.
  }
}
