/** OCI images without Docker: layers of files, written as a layout in one tar file. */
export { programWithLibraries } from './elf-libraries.ts';
export type { ImageFile } from './image-file.ts';
export { makeLayer } from './layer.ts';
export { type Image, writeArchive } from './write-archive.ts';
