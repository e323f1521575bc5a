/** What this process may not do. */
export class CapabilityError extends Error {
  override readonly name = 'CapabilityError';
  readonly code = 'MISSING_CAPABILITY';
  /** `CAP_BPF`, `CAP_PERFMON`, … */
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    const list = missing.join(' and ');
    const flags = missing.map((name) => name.slice('CAP_'.length)).join(',');
    super(
      `tracing needs ${list}, which this process does not have: run it as root (sudo), or in a container with ` +
        `\`--cap-add ${flags.replaceAll(',', ' --cap-add ')}\``,
    );
    this.missing = missing;
  }
}
