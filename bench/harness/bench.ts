import type { Tool } from './tool.ts';

/** What a section gets. */
export interface Bench {
  readonly waggle: Tool;
  /** Absent where none is installed: sections then report waggle's figures alone. */
  readonly peer: Tool | undefined;
  /** How often each tool is measured; medians are shown. */
  readonly rounds: number;
  /** Fewer events, shorter waits: to see that it works, not to compare. */
  readonly quick: boolean;
  /** For files; removed afterwards. */
  readonly folder: string;
}

/** waggle, and the peer where there is one: the columns of a table, in order. */
export function toolsOf({ waggle, peer }: Bench): readonly Tool[] {
  return peer === undefined ? [waggle] : [waggle, peer];
}

export function print(text: string): void {
  process.stdout.write(text);
}
