/** What this kernel cannot do, or will not do for this process. */
export class UnsupportedError extends Error {
  override readonly name: string = 'UnsupportedError';
  readonly code = 'UNSUPPORTED';
  /** What is missing, as a noun: `kprobes`, `map type "arena"`. */
  readonly feature: string;
  /** The first Linux release that has it: `5.15`; undefined where no release would help. */
  readonly minKernel: string | undefined;

  /** @param reason why it is thought to be missing: the kernel's answer, or the configuration that lacks. */
  constructor(feature: string, reason: string, minKernel?: string, cause?: unknown) {
    const needs = minKernel === undefined ? '' : ` (needs Linux ${minKernel})`;
    super(`${feature}: ${reason}${needs}`, cause === undefined ? undefined : { cause });
    this.feature = feature;
    this.minKernel = minKernel;
  }
}
