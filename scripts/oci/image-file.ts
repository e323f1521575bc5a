/** One entry of an image's file system. Owner is root, time is the image's; parent folders that no entry names are made with mode 755. */
export type ImageFile =
  | { readonly path: string; readonly mode: number; readonly content: Uint8Array | string }
  | { readonly path: string; readonly mode: number; readonly folder: true }
  | { readonly path: string; readonly link: string };

/** Absolute, without `.`, `..`, or a slash at the end: what two builders of the same image agree on. */
function checkPath(path: string): void {
  if (!/^(\/(?!\.{1,2}(\/|$))[^/\0]+)+$/.test(path)) throw new Error(`image: "${path}" is no absolute, plain path`);
}

/**
 * The entries of a layer: sorted by path, with the folders that lead to them, each once.
 *
 * @throws Error where two entries have one path, or a path is not absolute and plain
 */
export function completeTree(files: readonly ImageFile[]): readonly ImageFile[] {
  const entries = new Map<string, ImageFile>();
  for (const file of files) {
    checkPath(file.path);
    if (entries.has(file.path)) throw new Error(`image: two entries for ${file.path}`);
    entries.set(file.path, file);
  }
  for (const { path } of files) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      const there = entries.get(folder);
      if (there === undefined) entries.set(folder, { path: folder, mode: 0o755, folder: true });
      else if (!('folder' in there)) throw new Error(`image: ${folder} is both a file and a folder`);
    }
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
