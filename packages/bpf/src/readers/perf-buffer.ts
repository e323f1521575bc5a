import type { BpfMap } from '../maps/bpf-map.ts';
import { MapError } from '../maps/map-error.ts';
import { onlineCpus } from '../maps/possible-cpus.ts';
import type { Fd } from '../sys/fd.ts';
import { Mapping, PAGE_SIZE, PROT_READ, PROT_WRITE } from '../sys/mapping.ts';
import { PERF_EVENT_IOC_ENABLE, PERF_TYPES, perfEventControl, perfEventOpen } from '../sys/perf-event.ts';

/**
 * As `OnRecord`, with the CPU that wrote it. `length` is what the program gave, rounded up by the kernel to 8 n + 4.
 */
export type OnPerfRecord = (view: DataView, offset: number, length: number, cpu: number) => void;

const PERF_COUNT_SW_BPF_OUTPUT = 10n;
const PERF_SAMPLE_RAW = 0x400n;
const PERF_RECORD_LOST = 2;
const PERF_RECORD_SAMPLE = 9;
const HEADER_BYTES = 8;
/** Offsets in `struct perf_event_mmap_page`. */
const DATA_HEAD = 1024;
const DATA_TAIL = 1032;

/**
 * The reading end of a perf event array (bpf_perf_event_output, Linux 4.4): a ring of its own for each CPU, so records
 * of different CPUs have no order. `RingBuffer` is better where the program can choose.
 */
export class PerfBuffer {
  readonly #rings: readonly PerfRing[];

  /**
   * @param pagesPerCpu a power of two.
   * @throws MapError where the map is no perf event array; SyscallError.
   */
  constructor(map: BpfMap, pagesPerCpu = 64) {
    const { name, type } = map.spec;
    if (type !== 'perf-event-array') {
      const wanted = `type ${type}, expected perf-event-array`;
      throw new MapError('INVALID_SPEC', name, `cannot read records of map "${name}": ${wanted}`);
    }
    const rings: PerfRing[] = [];
    try {
      for (const cpu of onlineCpus()) rings.push(new PerfRing(map, cpu, pagesPerCpu));
    } catch (error) {
      for (const ring of rings) ring.close();
      throw error;
    }
    this.#rings = rings;
  }

  /** One descriptor a CPU, readable when it has records: for a `Poller`. */
  get fds(): readonly number[] {
    return this.#rings.map((ring) => ring.fd);
  }

  /** Records that the kernel had no room for, as far as read. */
  get lost(): bigint {
    return this.#rings.reduce((sum, ring) => sum + ring.lost, 0n);
  }

  /** Hands over the records that wait, CPU after CPU. @returns how many. */
  drain(onRecord: OnPerfRecord): number {
    let records = 0;
    for (const ring of this.#rings) {
      records += ring.drain(onRecord);
      if (ring.closed) break;
    }
    return records;
  }

  close(): void {
    for (const ring of this.#rings) ring.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The ring of one CPU: a control page, then the data (kernel/events/ring_buffer.c). */
class PerfRing {
  readonly #cpu: number;
  readonly #event: Fd;
  readonly #mapping: Mapping;
  readonly #sizeBytes: number;
  readonly #head: BigUint64Array;
  readonly #tail: BigUint64Array;
  readonly #view: DataView;
  lost = 0n;

  constructor(map: BpfMap, cpu: number, pages: number) {
    const what = `cannot open the buffer of CPU ${cpu} for map "${map.name}"`;
    this.#cpu = cpu;
    this.#sizeBytes = pages * PAGE_SIZE;
    this.#event = perfEventOpen(
      what,
      {
        type: PERF_TYPES.software,
        config: PERF_COUNT_SW_BPF_OUTPUT,
        sample: { period: 1n },
        sampleType: PERF_SAMPLE_RAW,
        wakeupEvents: 1,
        pid: -1,
        cpu,
      },
      `perf buffer of CPU ${cpu}`,
    );
    try {
      this.#mapping = new Mapping(what, this.#event.number, PAGE_SIZE + this.#sizeBytes, PROT_READ | PROT_WRITE);
      perfEventControl(what, this.#event, PERF_EVENT_IOC_ENABLE);
      const key = Buffer.alloc(4);
      key.writeUInt32LE(cpu);
      map.updateFd(key, this.#event.number);
    } catch (error) {
      this.#event.close();
      throw error;
    }
    const { buffer } = this.#mapping;
    this.#head = new BigUint64Array(buffer, DATA_HEAD, 1);
    this.#tail = new BigUint64Array(buffer, DATA_TAIL, 1);
    this.#view = new DataView(buffer, PAGE_SIZE, this.#sizeBytes);
  }

  get closed(): boolean {
    return this.#event.closed;
  }

  get fd(): number {
    return this.#event.number;
  }

  drain(onRecord: OnPerfRecord): number {
    if (this.#event.closed) throw new TypeError('the perf buffer is closed');
    const head = Atomics.load(this.#head, 0);
    let tail = Atomics.load(this.#tail, 0);
    let records = 0;
    try {
      while (tail < head) {
        const start = Number(tail % BigInt(this.#sizeBytes));
        // The header never wraps: records are multiples of 8 bytes, and so is the ring.
        const type = this.#view.getUint32(start, true);
        const size = this.#view.getUint16(start + 6, true);
        tail += BigInt(size);
        if (type === PERF_RECORD_LOST)
          this.lost += this.#view.getBigUint64((start + HEADER_BYTES + 8) % this.#sizeBytes, true);
        if (type !== PERF_RECORD_SAMPLE) continue;
        records++;
        const [view, offset] = this.#unwrapped(start, size);
        onRecord(view, offset + HEADER_BYTES + 4, view.getUint32(offset + HEADER_BYTES, true), this.#cpu);
        if (this.#event.closed) break;
      }
    } finally {
      if (!this.#event.closed) Atomics.store(this.#tail, 0, tail);
    }
    return records;
  }

  close(): void {
    this.#mapping.close();
    this.#event.close();
  }

  /** A record that goes over the end of the ring is put together in a copy. */
  #unwrapped(start: number, size: number): [DataView, number] {
    if (start + size <= this.#sizeBytes) return [this.#view, start];
    const ring = new Uint8Array(this.#view.buffer, PAGE_SIZE, this.#sizeBytes);
    const copy = new Uint8Array(size);
    const first = this.#sizeBytes - start;
    copy.set(ring.subarray(start));
    copy.set(ring.subarray(0, size - first), first);
    return [new DataView(copy.buffer), 0];
  }
}
