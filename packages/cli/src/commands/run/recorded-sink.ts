import { randomUUID } from 'node:crypto';
import type { PreparedTrace, RunningTrace, Sink } from '@waggle/trace';
import { RecordingWriter } from '@waggle/trace';
import { FrameReader, FrameWriter, type StreamInfo, type StreamOpening } from '@waggle/trace/stream';
import type { OpenTarget } from './open-target.ts';
import type { ProgramSource } from './program-source.ts';
import { readTextFile, runShell } from './side-effects.ts';

export interface RecordedSinkParts {
  readonly prepared: PreparedTrace;
  readonly program: ProgramSource;
  readonly target: OpenTarget;
  readonly path: string;
  /** Makes what shows the results. */
  readonly open: (opening: StreamOpening) => Sink;
  /** The trace, once it runs. */
  readonly trace: () => RunningTrace | undefined;
}

/** A sink that records, and shows what it recorded: results go through the very frames that a replay reads. */
export interface RecordedSink {
  readonly sink: FrameWriter;
  /** Writes what is left. @throws RecordingError */
  close(): void;
}

/** @throws RecordingError, and what `open` throws; then no file has been touched. */
export function recordedSink({ prepared, program, target, path, open, trace }: RecordedSinkParts): RecordedSink {
  const reader = new FrameReader({ open });
  const early: Uint8Array[] = [];
  let record = (bytes: Uint8Array): void => {
    early.push(bytes);
  };
  const sink = new FrameWriter({
    script: prepared.script,
    info: streamInfo(program),
    source: { name: '', run: randomUUID() },
    identities: target.identities,
    ledger: () => trace()?.ledger(),
    effects: { readFile: readTextFile, runCommand: runShell },
    write: ({ bytes }) => {
      reader.push(bytes);
      record(bytes);
    },
    ready: () => reader.ready(),
  });
  const recording = new RecordingWriter(path);
  record = (bytes) => recording.write(bytes);
  for (const bytes of early) record(bytes);
  return { sink, close: () => recording.close() };
}

function streamInfo({ source, gadget, isFromCatalogue, parameters }: ProgramSource): StreamInfo {
  return {
    program: {
      name: source.name,
      script: source.text,
      ...(isFromCatalogue && { gadget: gadget.name }),
      parameters,
    },
  };
}
