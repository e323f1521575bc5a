/** What became of the events of a trace: `seen = kept + lost.ringFull + lost.afterExit + lost.slowReader`, exactly. */
export interface Ledger {
  /** Records that the probes made. */
  readonly seen: number;
  /** Records that arrived. */
  readonly kept: number;
  readonly lost: {
    /** Records that found the ring buffer full. */
    readonly ringFull: number;
    /** Records that lay behind the script's `exit()`, which drops them. */
    readonly afterExit: number;
    /** Map updates that found the map full. */
    readonly mapFull: number;
    /** Stacks that could not be stored. */
    readonly stacks: number;
    /** Runs of a probe that the kernel left out, because a probe was already running on that CPU. */
    readonly nested: number;
    /** Records that the node kept, but that did not reach whoever reads the trace's stream. */
    readonly slowReader: number;
  };
  /** Strings cut at their limit: delivered, but not whole. */
  readonly stringsCut: number;
}
