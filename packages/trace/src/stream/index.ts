/**
 * The stream of a trace: its frames (frames.proto) written on a node, kept there for readers, merged, and read into sinks. Pure: no I/O, at home
 * in a browser too.
 */
export { type EncodedFrame, FrameDecoder, type FrameKind, type LocatedFrame } from './frame-codec.ts';
export { FrameLog, type LogSubscription, type SubscribeOptions } from './frame-log.ts';
export {
  FrameReader,
  type FrameReaderOptions,
  RemoteTraceError,
  readStream,
  type SourceStatus,
  type StreamEnd,
  type StreamOpening,
} from './frame-reader.ts';
export { FrameWriter, type FrameWriterParts } from './frame-writer.ts';
export type { MergeSource } from './merge/merge-feed.ts';
export { StreamMerger, type StreamMergerOptions } from './merge/stream-merger.ts';
export { formatResume, parseResume, type ResumeState } from './resume.ts';
export type { StreamMap, StreamScript } from './script/script-json.ts';
export { type SourceState, STILL_RUNNING } from './source-state.ts';
export { StreamError, type StreamErrorCode } from './stream-error.ts';
export type { StreamInfo } from './stream-info.ts';
export { writeFailure } from './write-failure.ts';
