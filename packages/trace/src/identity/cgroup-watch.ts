import { type OnRecord, Poller, RingBuffer } from '@waggle/bpf';
import { type CompiledScript, compile, INTERNAL_MAPS, SourceText } from '@waggle/bpftrace';
import { compileRecordDecoder } from '@waggle/bpftrace/output';
import type { CgroupEvents, Identities } from '@waggle/identity';
import { KernelObjects } from '../engine/kernel-objects.ts';
import { readLedger } from '../engine/read-ledger.ts';
import { RingReader } from '../engine/ring-reader.ts';
import type { MachineFacts } from '../machine/machine-facts.ts';
import { TraceError } from '../trace-error.ts';

/**
 * The hierarchy of version 2 has the number 0 (kernel/cgroup/cgroup.c, `cgrp_dfl_root`), also where others are mounted beside it. Both
 * tracepoints give the path from the root of the hierarchy. Nothing else is asked: not who made the cgroup.
 */
const SCRIPT = `
tracepoint:cgroup:cgroup_mkdir / args.root == 0 / { print((id = args.id, path = str(args.path))); }
tracepoint:cgroup:cgroup_rmdir / args.root == 0 / { print((id = args.id, path = str(args.path))); }
`;
/** Actions of the script, in its order. */
const MADE = 0;

/** Some five hundred cgroups with long paths, and thousands with short ones, while the event loop is busy. */
const RING_BYTES = 256 * 1024;
/** How often losses are looked for while nothing is asked. */
const CHECK_INTERVAL_MS = 5000;

export interface CgroupWatchParts {
  readonly identities: Identities;
  readonly facts: MachineFacts;
  /** See `CgroupEvents`. */
  readonly isLasting: boolean;
  /** Something went wrong on the way; the watch goes on where it can. */
  readonly onFailure: (error: unknown) => void;
  /** Of the ring buffer. */
  readonly ringBytes?: number;
}

/**
 * Tells identities of every cgroup of this machine as it comes and goes, from the kernel's own events: so containers are known before
 * anything is executed in them. What is lost, because nobody read for too long, is found by a walk of the tree.
 */
export class CgroupWatch implements CgroupEvents {
  readonly isLasting: boolean;
  readonly #identities: Identities;
  readonly #objects: KernelObjects;
  readonly #ring: RingBuffer;
  readonly #reader: RingReader;
  readonly #poller: Poller;
  readonly #timer: NodeJS.Timeout;
  readonly #onRecord: OnRecord;
  readonly #attachment: { close(): void };
  /** What the kernel has before the paths of our part of the tree, once that is known. */
  #above: string | undefined;
  #isReading = false;
  #lost = 0;

  /** @throws TraceError where the kernel refuses it */
  constructor({ identities, facts, isLasting, onFailure, ringBytes = RING_BYTES }: CgroupWatchParts) {
    this.isLasting = isLasting;
    this.#identities = identities;
    this.#objects = attachedObjects(facts, ringBytes);
    this.#ring = new RingBuffer(this.#objects.maps.get(INTERNAL_MAPS.ring)!);
    this.#onRecord = this.#recordHandler(this.#objects.script, onFailure);
    this.#poller = new Poller({ onError: onFailure });
    const parts = { ring: this.#ring, poller: this.#poller, onRecord: this.#onRecord, afterSlice: () => undefined };
    this.#reader = new RingReader({ ...parts, onError: onFailure });
    this.#reader.start();
    this.#timer = setInterval(() => this.#recoverLost(), CHECK_INTERVAL_MS).unref();
    this.#attachment = identities.attachEvents(this);
  }

  /** From within a telling there is nothing more to tell: the records behind it come next. */
  drain(): void {
    if (this.#isReading) return;
    this.#ring.drain(this.#onRecord);
    this.#recoverLost();
  }

  close(): void {
    this.#attachment.close();
    clearInterval(this.#timer);
    this.#reader.stop();
    this.#poller.close();
    this.#ring.close();
    this.#objects.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #recordHandler({ actions }: CompiledScript, onFailure: (error: unknown) => void): OnRecord {
    const decoders = actions.map(({ layout }) => compileRecordDecoder(layout));
    return (view, offset, length) => {
      const action = view.getUint32(offset, true);
      const [id, path] = decoders[action]!(view, offset, length) as unknown as readonly [bigint, string];
      this.#isReading = true;
      try {
        if (action === MADE) this.#tellMade(id, path);
        else this.#identities.cgroupRemoved(id);
      } catch (error) {
        onFailure(error);
      } finally {
        this.#isReading = false;
      }
    };
  }

  /** Where files show a part of the tree, the kernel's paths begin above it; and what is beside that part is nothing that anybody can ask for. */
  #tellMade(id: bigint, path: string): void {
    const { tree } = this.#identities;
    const parts = path.split('/');
    const own = `/${parts.slice(1 + (tree.mount.hiddenLevels ?? 0)).join('/')}`;
    const above = parts.slice(0, 1 + (tree.mount.hiddenLevels ?? 0)).join('/');
    if (above !== '' && this.#above === undefined && tree.findId(own) === id) this.#above = above;
    if (above === '' || above === this.#above) this.#identities.cgroupMade(id, own);
  }

  #recoverLost(): void {
    const { ringFull } = readLedger(this.#objects, { kept: 0, afterExit: 0 }).lost;
    if (ringFull === this.#lost) return;
    this.#lost = ringFull;
    this.#identities.resync();
  }
}

function attachedObjects(facts: MachineFacts, ringBytes: number): KernelObjects {
  const source = new SourceText('cgroup-watch.bt', SCRIPT);
  const { script, diagnostics } = compile(source, facts, { ringBytes });
  if (script === undefined) throw new TraceError('LOAD_REFUSED', diagnostics, undefined);
  const objects = new KernelObjects(script, source);
  try {
    objects.load(() => facts.btf);
    objects.attach();
    return objects;
  } catch (error) {
    objects.close();
    throw error;
  }
}
