/**
 * A node for tests of streams: a script with one of everything that a stream carries, the records and maps that it makes on a node, and what
 * that node answers. Every node has its kernel elsewhere, and numbers texts and stacks in its own way.
 */
import type { Action, CompiledScript, RecordField, ScriptMap, StackType, Type } from '@waggle/bpftrace';
import { CONTEXT, layoutOf, offsetsOf, parseFormat } from '@waggle/bpftrace';
import {
  compileValueReader,
  encodeText,
  type MapSnapshot,
  type MapValue,
  type RenderContext,
  type SymbolName,
  type Value,
  type ValueReader,
} from '@waggle/bpftrace/output';
import type { Identity } from '@waggle/identity';
import type { Ledger } from '../ledger.ts';
import type { Scene, TraceEnd } from '../sink.ts';
import type { EncodedFrame } from './frame-codec.ts';
import { FrameWriter } from './frame-writer.ts';
import { EMPTY_LEDGER } from './ledger-message.ts';

const U32: Type = { kind: 'int', sizeBytes: 4, signed: false };
const U64: Type = { kind: 'int', sizeBytes: 8, signed: false };
export const KSTACK: StackType = { kind: 'kstack', mode: 'bpftrace', limit: 4 };

const inline = (name: string, type: Type, offset: number): RecordField => ({
  name,
  type,
  place: { kind: 'inline', offset },
});

function formatOf(text: string) {
  const parsed = parseFormat(text);
  if ('error' in parsed) throw new Error(parsed.error.message);
  return parsed.format;
}

/** Action ids. */
export const EVENT = 0;
export const PRINTF = 1;
export const PRINT_MAP = 2;
export const SYSTEM = 3;

const ACTIONS: readonly Action[] = [
  {
    kind: 'event',
    layout: {
      context: true,
      fixedBytes: 88,
      maxBytes: 344,
      fields: [
        inline('n', U64, 48),
        inline('symbol', { kind: 'ksym' }, 56),
        inline('who', { kind: 'interned' }, 64),
        { name: 'text', type: { kind: 'string', sizeBytes: 256 }, place: { kind: 'dynamic', offset: 68 } },
        inline('stack', KSTACK, 72),
      ],
    },
  },
  {
    kind: 'printf',
    format: formatOf('%d %s\n'),
    layout: {
      context: false,
      fixedBytes: 24,
      maxBytes: 24,
      fields: [inline('0', U64, 8), inline('1', { kind: 'ksym' }, 16)],
    },
  },
  {
    kind: 'print-map',
    map: '@counts',
    layout: { context: false, fixedBytes: 8, maxBytes: 8, fields: [] },
  },
  {
    kind: 'system',
    format: formatOf('echo %d'),
    layout: { context: false, fixedBytes: 16, maxBytes: 16, fields: [inline('0', U64, 8)] },
  },
];

const COUNTS_KEY: Type = {
  kind: 'tuple',
  elements: [{ kind: 'interned' }, { kind: 'string', sizeBytes: 16 }, { kind: 'ksym' }],
};
const LAST_VALUE: Type = { kind: 'tuple', elements: [{ kind: 'ksym' }, U64] };

const MAPS: readonly ScriptMap[] = [
  { name: '@counts', key: COUNTS_KEY, value: { kind: 'count' }, spec: 'counts', storage: 'per-cpu' },
  { name: '@times', key: KSTACK, value: { kind: 'hist', bits: 0 }, spec: 'times', storage: 'per-cpu-bucket-keys' },
  { name: '@last', key: U32, value: LAST_VALUE, spec: 'last', storage: 'value' },
  { name: '@sizes', value: { kind: 'stats', signed: true }, spec: 'sizes', storage: 'per-cpu' },
  { name: '@least', value: { kind: 'min', signed: true }, spec: 'least', storage: 'per-cpu' },
];

export const SAMPLE_SCRIPT: CompiledScript = {
  programs: [],
  actions: ACTIONS,
  maps: MAPS,
  mapSpecs: [],
  stackMaps: [{ limit: 4, map: 'stacks_4' }],
  printMapsOnExit: true,
};

export const SAMPLE_INFO = { program: { name: 'sample.bt', script: 'a sample', parameters: ['1'] } };

/** One kernel function takes so many bytes. */
const FUNCTION_BYTES = 64;

export interface SampleEvent {
  /** Wall clock, milliseconds since some beginning. */
  readonly ms: number;
  readonly n: number;
  /** Number of a kernel function. */
  readonly fn?: number;
  readonly who?: string;
  readonly text?: string;
  readonly stack?: readonly number[];
  readonly cgroup?: number;
}

/** What the sample's maps hold, in terms that mean the same on every node. */
export interface SampleMaps {
  readonly counts?: readonly {
    readonly who: string;
    readonly comm: string;
    readonly fn: number;
    readonly count: number;
  }[];
  readonly times?: readonly { readonly stack: readonly number[]; readonly bucket: number; readonly count: number }[];
  readonly last?: readonly { readonly key: number; readonly fn: number; readonly n: number }[];
  readonly sizes?: readonly number[];
  readonly least?: number;
}

/** Milliseconds since the epoch at which the samples' time begins. */
export const BEGINNING_MS = 1_800_000_000_000;

export class SampleNode {
  readonly name: string;
  readonly frames: EncodedFrame[] = [];
  readonly writer: FrameWriter;
  readonly scene: Scene;
  readonly identities = new Map<bigint, Identity>();
  lookups = 0;
  #maps: SampleMaps = {};
  #kept = 0;
  readonly #base: bigint;
  readonly #bootOffsetNs: bigint;
  readonly #texts: string[] = [];
  readonly #stacks: bigint[][] = [];
  readonly #stackIds = new Map<string, number>();

  constructor(
    name: string,
    { run = `run of ${name}`, seed = 0 }: { readonly run?: string; readonly seed?: number } = {},
  ) {
    this.name = name;
    this.#base = 0xffff_ffff_8000_0000n + BigInt(seed) * 0x10_0000n;
    this.#bootOffsetNs = BigInt(BEGINNING_MS - 1_000_000 * (seed + 1)) * 1_000_000n;
    // Numbers that another node has something else under.
    this.#texts.push(...Array.from({ length: seed }, (_, index) => `unused ${index}`));
    this.#stacks.push(...Array.from({ length: seed }, () => []));
    this.scene = { render: this.#render(), snapshot: (map) => this.#snapshot(map) };
    this.writer = new FrameWriter({
      script: SAMPLE_SCRIPT,
      info: SAMPLE_INFO,
      source: { name, run },
      identities: {
        lookup: (cgroupId) => {
          this.lookups++;
          return this.identities.get(cgroupId);
        },
      },
      effects: { readFile: () => undefined, runCommand: (command) => `${name} ran ${command}\n` },
      write: (frame) => this.frames.push(frame),
    });
  }

  /** Everything so far as bytes. */
  get bytes(): Uint8Array {
    return Buffer.concat(this.frames.map(({ bytes }) => bytes));
  }

  get ledger(): Ledger {
    return { ...EMPTY_LEDGER, seen: this.#kept, kept: this.#kept };
  }

  attach(): this {
    this.writer.attached({ probes: 2, programs: 1 });
    return this;
  }

  /** Records of events; they leave at once, together. */
  events(...events: readonly SampleEvent[]): this {
    for (const event of events) this.#record(this.#eventRecord(event));
    void this.writer.ready();
    return this;
  }

  printf(n: number, fn: number): this {
    const view = recordView(PRINTF, 24);
    view.setBigUint64(8, BigInt(n), true);
    view.setBigUint64(16, this.address(fn), true);
    this.#record(view);
    return this;
  }

  system(n: number): this {
    const view = recordView(SYSTEM, 16);
    view.setBigUint64(8, BigInt(n), true);
    this.#record(view);
    return this;
  }

  print(): this {
    this.#record(recordView(PRINT_MAP, 8));
    return this;
  }

  hold(maps: SampleMaps): this {
    this.#maps = maps;
    return this;
  }

  maps(final: boolean): this {
    this.writer.maps(
      MAPS.map(({ name }) => this.#snapshot(name)),
      { final, scene: this.scene },
    );
    return this;
  }

  end(end: Partial<TraceEnd> = {}): this {
    this.writer.end({ reason: 'stopped', exitCode: 0, ledger: this.ledger, ...end });
    return this;
  }

  address(fn: number): bigint {
    return this.#base + BigInt(fn * FUNCTION_BYTES);
  }

  #record(view: DataView): void {
    this.#kept++;
    this.writer.record(view.getUint32(0, true), view, 0, view.byteLength, this.scene);
  }

  #eventRecord({ ms, n, fn = 0, who, text = '', stack, cgroup = 1 }: SampleEvent): DataView {
    const bytes = encodeText(text);
    const view = recordView(EVENT, 88 + bytes.length);
    view.setBigUint64(CONTEXT.timeNs, BigInt(BEGINNING_MS + ms) * 1_000_000n - this.#bootOffsetNs, true);
    view.setBigUint64(CONTEXT.cgroupId, BigInt(cgroup), true);
    view.setUint32(CONTEXT.pid, 10 + n, true);
    view.setUint32(CONTEXT.tid, 10 + n, true);
    new Uint8Array(view.buffer).set(encodeText('sample'), CONTEXT.comm);
    view.setBigUint64(48, BigInt(n), true);
    view.setBigUint64(56, this.address(fn), true);
    view.setUint32(64, who === undefined ? 0 : this.#textId(who), true);
    view.setUint16(68, bytes.length, true);
    view.setUint16(70, 88, true);
    view.setBigInt64(72, stack === undefined ? -1n : BigInt(this.#stackId(stack)), true);
    new Uint8Array(view.buffer).set(bytes, 88);
    return view;
  }

  #textId(text: string): number {
    const known = this.#texts.indexOf(text);
    return known < 0 ? this.#texts.push(text) : known + 1;
  }

  #stackId(fns: readonly number[]): number {
    const frames = fns.map((fn) => this.address(fn));
    const known = this.#stackIds.get(fns.join());
    if (known !== undefined) return known;
    this.#stackIds.set(fns.join(), this.#stacks.length);
    return this.#stacks.push(frames) - 1;
  }

  #snapshot(name: string): MapSnapshot {
    const { counts = [], times = [], last = [], sizes, least } = this.#maps;
    const map = MAPS.find((one) => one.name === name)!;
    const entry = (keyBytes: Uint8Array, value: MapValue, valueBytes?: Uint8Array) => ({
      ...(map.key === undefined ? {} : { key: readValue(map.key, keyBytes) }),
      keyBytes,
      value,
      ...(valueBytes === undefined ? {} : { valueBytes }),
    });
    const entries = {
      '@counts': () =>
        counts.map(({ who, comm, fn, count }) =>
          entry(this.#countsKey(who, comm, fn), { kind: 'total', total: BigInt(count) }),
        ),
      '@times': () =>
        times.map(({ stack, bucket, count }) =>
          entry(this.#stackKey(stack), { kind: 'buckets', counts: new Map([[bucket, BigInt(count)]]) }),
        ),
      '@last': () =>
        last.map(({ key, fn, n }) => {
          const bytes = this.#lastValue(fn, n);
          const keyBytes = new Uint8Array(Uint32Array.of(key).buffer);
          return entry(keyBytes, { kind: 'value', value: readValue(LAST_VALUE, bytes) }, bytes);
        }),
      '@sizes': () =>
        sizes === undefined
          ? []
          : [
              entry(NO_KEY, {
                kind: 'average',
                total: BigInt(sizes.reduce((sum, size) => sum + size, 0)),
                count: BigInt(sizes.length),
              }),
            ],
      '@least': () =>
        least === undefined ? [] : [entry(NO_KEY, { kind: 'extreme', value: BigInt(least), isSet: true })],
    }[name]!();
    return { name, ...(map.key === undefined ? {} : { key: map.key }), value: map.value, entries };
  }

  #countsKey(who: string, comm: string, fn: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(layoutOf(COUNTS_KEY).sizeBytes));
    const [whoAt, commAt, fnAt] = offsetsOf((COUNTS_KEY as Extract<Type, { kind: 'tuple' }>).elements);
    view.setUint32(whoAt!, this.#textId(who), true);
    new Uint8Array(view.buffer).set(encodeText(comm), commAt!);
    view.setBigUint64(fnAt!, this.address(fn), true);
    return new Uint8Array(view.buffer);
  }

  #stackKey(stack: readonly number[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(16));
    view.setBigInt64(0, BigInt(this.#stackId(stack)), true);
    return new Uint8Array(view.buffer);
  }

  #lastValue(fn: number, n: number): Uint8Array {
    return new Uint8Array(BigUint64Array.of(this.address(fn), BigInt(n)).buffer);
  }

  #render(): RenderContext {
    return {
      kernelSymbol: (address) => symbolOf(address - this.#base),
      userSymbol: () => undefined,
      stack: (_type, id) => this.#stacks[Number(id)],
      userName: () => undefined,
      cgroupPath: () => undefined,
      internedText: (id) => this.#texts[id - 1],
      wallClockNs: (clock, ns) => (clock === 'realtime' ? ns : ns + this.#bootOffsetNs),
      nowMs: () => BEGINNING_MS,
    };
  }
}

const NO_KEY = new Uint8Array(0);

/** Functions of the sample kernel: `fn0`, `fn1`, …; some addresses have no symbol. */
function symbolOf(distance: bigint): SymbolName | undefined {
  if (distance < 0n || distance >= 0x10_0000n) return undefined;
  return { name: `fn${distance / BigInt(FUNCTION_BYTES)}`, offset: distance % BigInt(FUNCTION_BYTES) };
}

const READERS = new Map<Type, ValueReader>();

function readValue(type: Type, bytes: Uint8Array): Value {
  const read = READERS.get(type) ?? compileValueReader(type);
  READERS.set(type, read);
  return read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0);
}

function recordView(action: number, length: number): DataView {
  const view = new DataView(new ArrayBuffer(length));
  view.setUint32(0, action, true);
  return view;
}
