/** How values become text. */
export interface FormatOptions {
  /**
   * Show control characters of traced data as `\x1b`, so that they cannot act on a terminal. For terminals; pipes and files get
   * the bytes as they are. JSON escapes them anyway.
   */
  readonly escape: boolean;
  /**
   * What JSON makes of characters beyond ASCII. `utf-8`: themselves. `as-bpftrace`: what bpftrace 0.27 prints, which takes each of their
   * bytes for a negative number (`é` becomes `\uffffffc3\uffffffa9`); only for those who compare to the byte.
   */
  readonly nonAscii: 'utf-8' | 'as-bpftrace';
}
