/** How a node is that takes part in a trace. */
export type SourceState =
  /** It does not answer yet, or not any more; it is tried again. */
  | 'waiting'
  /** It has the trace, and compiles and attaches it. */
  | 'starting'
  | 'streaming'
  /** Nothing has been heard from it for a while. */
  | 'lagging'
  | 'ended'
  /** For good. */
  | 'failed';

/** What the stream calls the source that stands for all nodes together. */
export const MERGED_STATE = 'merged';

/** Message of a node that failed, in a log that was not followed to its end: there is nothing else to call it. */
export const STILL_RUNNING = 'was still running';

/** The state that a frame names; one that this code does not know yet is most like streaming. */
export function readSourceState(text: string): SourceState {
  return STATES.find((state) => state === text) ?? 'streaming';
}

const STATES: readonly SourceState[] = ['waiting', 'starting', 'streaming', 'lagging', 'ended', 'failed'];
