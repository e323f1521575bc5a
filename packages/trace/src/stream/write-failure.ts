import { encodeFrame } from './frame-codec.ts';
import type { FrameWriterParts } from './frame-writer.ts';
import type { SourceState } from './source-state.ts';
import { helloFrame } from './stream-info.ts';

/** Writes the whole stream of a trace that could not even be compiled. */
export function writeFailure({
  info,
  source,
  message,
  write,
}: Pick<FrameWriterParts, 'info' | 'source' | 'write'> & { readonly message: string }): void {
  const { name, run } = source;
  const state: SourceState = 'failed';
  write({ kind: 'hello', bytes: helloFrame(info, BigInt(Date.now()) * 1_000_000n) });
  write({ kind: 'source', bytes: encodeFrame({ case: 'source', value: { name, run, state, message } }) });
  const end = encodeFrame({ case: 'end', value: { reason: 'error', exitCode: 1, error: message } });
  write({ kind: 'end', bytes: end, final: true });
}
