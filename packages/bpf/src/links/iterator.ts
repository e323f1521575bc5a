import { readSync } from 'node:fs';
import type { BpfMap } from '../maps/bpf-map.ts';
import { ATTACH_TYPES } from '../programs/attach-types.ts';
import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { bpfAttr, bpfFd } from '../sys/bpf.ts';
import type { Fd } from '../sys/fd.ts';
import { KernelStruct } from '../sys/kernel-struct.ts';
import type { Link } from './link.ts';

type IteratorSpec = Extract<AttachSpec, { kind: 'iterator' }>;

/** What limits an iterator; which of it applies depends on its target. */
export interface IteratorScope {
  /** The map whose elements `bpf_map_elem` walks. */
  readonly map?: BpfMap;
  /** Task iterators: only this process (Linux 6.1). */
  readonly pid?: number;
  /** `cgroup`: this cgroup and those below, parents first (Linux 6.1); a descriptor of its folder. */
  readonly cgroupFd?: number;
}

const READ_BYTES = 64 * 1024;
const BPF_CGROUP_ITER_DESCENDANTS_PRE = 2;

/** A program that the kernel runs for each object of a kind, whenever it is read (Linux 5.8). */
export class IteratorLink implements Link {
  readonly spec: IteratorSpec;
  readonly #name: string;
  readonly #fd: Fd;

  constructor(spec: IteratorSpec, fd: Fd) {
    this.spec = spec;
    this.#name = `iterator ${spec.target}`;
    this.#fd = fd;
  }

  get closed(): boolean {
    return this.#fd.closed;
  }

  /**
   * Walks the objects once and yields what the program writes (bpf_seq_write, bpf_seq_printf), as it comes. @throws
   * SyscallError
   */
  *read(): Iterable<Buffer> {
    const attr = bpfAttr(8).u32(0, this.#fd.number);
    using run = bpfFd(`cannot read ${this.#name}`, 'BPF_ITER_CREATE', attr, `run of ${this.#name}`);
    for (;;) {
      const chunk = Buffer.allocUnsafe(READ_BYTES);
      const length = readChunk(run.number, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  }

  /** All of it at once. */
  readAll(): Buffer {
    return Buffer.concat([...this.read()]);
  }

  close(): void {
    this.#fd.close();
  }

  async detach(): Promise<void> {
    this.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Makes an iterator of a program. Nothing runs until it is read. @throws SyscallError */
export function attachIterator(program: Program, spec: IteratorSpec, scope: IteratorScope = {}): IteratorLink {
  const name = `iterator ${spec.target}`;
  const attr = bpfAttr(32).u32(0, program.fd).u32(8, ATTACH_TYPES.BPF_TRACE_ITER);
  const info = scopeInfo(scope);
  if (info !== undefined) attr.pointer(16, info.bytes).u32(24, info.sizeBytes);
  const what = `cannot attach "${program.name}" to ${name}`;
  return new IteratorLink(spec, bpfFd(what, 'BPF_LINK_CREATE', attr, `link of ${name}`));
}

/** `union bpf_iter_link_info` */
function scopeInfo(scope: IteratorScope): KernelStruct | undefined {
  if (scope.map !== undefined) return new KernelStruct(16).u32(0, scope.map.fd);
  if (scope.pid !== undefined) return new KernelStruct(16).u32(4, scope.pid);
  if (scope.cgroupFd === undefined) return undefined;
  return new KernelStruct(16).u32(0, BPF_CGROUP_ITER_DESCENDANTS_PRE).u32(4, scope.cgroupFd);
}

/** The kernel answers EAGAIN where its buffer had to grow, or a long walk took its turn. */
function readChunk(fd: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}
