import type { Image } from '../../../scripts/oci/index.ts';

/** This machine's architecture, as images call it. */
export function imageArchitecture(): Image['architecture'] {
  return process.arch === 'arm64' ? 'arm64' : 'amd64';
}
