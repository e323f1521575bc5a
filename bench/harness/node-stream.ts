import type { CompiledScript } from '@waggle/bpftrace';
import type { RenderContext } from '@waggle/bpftrace/output';
import type { Identity } from '@waggle/identity';
import type { Ledger, Scene } from '@waggle/trace';
import { type EncodedFrame, FrameWriter, type StreamInfo } from '@waggle/trace/stream';

export const INFO: StreamInfo = { program: { name: 'opens.bt', script: '', parameters: [] } };

/** What every node's kernel would say: its boot was so long after the epoch. */
const BOOT_NS = 1_800_000_000_000_000_000n;

/** The records have numbers and texts only, that need no answers. */
const RENDER: RenderContext = {
  kernelSymbol: () => undefined,
  userSymbol: () => undefined,
  stack: () => undefined,
  userName: () => undefined,
  cgroupPath: () => undefined,
  internedText: () => undefined,
  wallClockNs: (clock, ns) => (clock === 'realtime' ? ns : ns + BOOT_NS),
  nowMs: Date.now,
};

const SCENE: Scene = {
  render: RENDER,
  snapshot: (map) => {
    throw new Error(`there is no map ${map}`);
  },
};

/** The stream of one node as its agent writes it, of records that the kernel made. */
export class NodeStream {
  readonly #writer: FrameWriter;
  #records = 0;

  constructor(name: string, script: CompiledScript, write: (frame: EncodedFrame) => void) {
    const identity: Identity = { cgroupId: 1n, path: '/kubepods/pod/container', name: 'container', node: name };
    const identities = { lookup: () => identity };
    const source = { name, run: `run of ${name}` };
    this.#writer = new FrameWriter({ script, info: INFO, source, identities, write });
    this.#writer.attached({ probes: 1, programs: 1 });
  }

  take(view: DataView, offset: number, length: number): void {
    this.#records++;
    this.#writer.record(view.getUint32(offset, true), view, offset, length, SCENE);
  }

  /** Sends what waits, as an agent does once it has read all that there is. */
  flush(): void {
    void this.#writer.ready();
  }

  end(): void {
    this.#writer.end({ reason: 'stopped', exitCode: 0, ledger: ledgerOf(this.#records) });
  }
}

function ledgerOf(records: number): Ledger {
  const lost = { ringFull: 0, afterExit: 0, mapFull: 0, stacks: 0, nested: 0, slowReader: 0 };
  return { seen: records, kept: records, lost, stringsCut: 0 };
}
