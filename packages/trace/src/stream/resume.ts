/** Where reading of a stream can go on, by node. */
export type ResumeState = ReadonlyMap<string, { readonly run: string; readonly from: bigint }>;

/** As the query parameter `resume` has it: `NODE:RUN:ORDINAL,…`, names and runs percent-encoded. */
export function formatResume(state: ResumeState): string {
  return [...state]
    .map(([node, { run, from }]) => `${encodeURIComponent(node)}:${encodeURIComponent(run)}:${from}`)
    .join(',');
}

/** What does not parse is left out: reading then begins at the beginning. */
export function parseResume(text: string): ResumeState {
  const state = new Map<string, { readonly run: string; readonly from: bigint }>();
  for (const part of text.split(',')) {
    const match = /^([^:]*):([^:]*):(\d{1,16})$/.exec(part);
    if (match === null) continue;
    try {
      state.set(decodeURIComponent(match[1]!), { run: decodeURIComponent(match[2]!), from: BigInt(match[3]!) });
    } catch {
      // A stray percent sign.
    }
  }
  return state;
}
