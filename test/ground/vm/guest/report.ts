/** What the guest tells of the tests of one file. */
export interface FileReport {
  /** From the checkout's root. */
  readonly file: string;
  readonly tests: readonly TestReport[];
  /** What went wrong outside of tests: the file cannot be loaded, a hook failed. */
  readonly errors: readonly string[];
  readonly ms: number;
}

export interface TestReport {
  /** Names of the suites around it, then its own. */
  readonly path: readonly string[];
  readonly state: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped, where it says so. */
  readonly note?: string;
  /** Messages, differences and places. */
  readonly errors: readonly string[];
  readonly ms: number;
}

/** In front of each line of standard output that is a report; what tests themselves print has no such mark. */
export const REPORT_MARK = '\u001ereport ';
