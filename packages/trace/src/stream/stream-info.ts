import type { MessageInitShape } from '@bufbuild/protobuf';
import { encodeFrame } from './frame-codec.ts';
import type { Hello, HelloSchema } from './frames_pb.ts';
import { FrameProblem } from './stream-error.ts';

/** What a stream says of itself. */
export interface StreamInfo {
  readonly program: {
    /** Of the gadget, the file, or `-e`. */
    readonly name: string;
    readonly script: string;
    /** Name in the catalogue; absent for a user's own script. */
    readonly gadget?: string;
    readonly parameters: readonly string[];
  };
  /** The Kubernetes object that asked for the trace. */
  readonly trace?: { readonly namespace?: string; readonly name: string };
}

const MAGIC = 'waggle';
const VERSION = 1;

/** The first frame of a stream. */
export function helloFrame({ program, trace }: StreamInfo, createdNs: bigint): Uint8Array {
  const hello: MessageInitShape<typeof HelloSchema> = {
    magic: MAGIC,
    version: VERSION,
    program: {
      name: program.name,
      script: program.script,
      gadget: program.gadget ?? '',
      parameters: [...program.parameters],
    },
    ...(trace === undefined ? {} : { trace: { namespace: trace.namespace ?? '', name: trace.name } }),
    createdNs,
  };
  return encodeFrame({ case: 'hello', value: hello });
}

/** @throws FrameProblem where it is none, or newer than this code */
export function readHello({ magic, version, program, trace }: Hello): StreamInfo {
  if (magic !== MAGIC || program === undefined) throw new FrameProblem('the first frame is no hello', 'NOT_A_STREAM');
  if (version !== VERSION) throw new FrameProblem(`version ${version}, expected ${VERSION}`, 'UNSUPPORTED_VERSION');
  return {
    program: {
      name: program.name,
      script: program.script,
      ...(program.gadget === '' ? {} : { gadget: program.gadget }),
      parameters: program.parameters,
    },
    ...(trace === undefined
      ? {}
      : { trace: { ...(trace.namespace === '' ? {} : { namespace: trace.namespace }), name: trace.name } }),
  };
}
