import { closeSync, openSync } from 'node:fs';
import { attach, BpfMap, loadProgram, type OnRecord, RingBuffer } from '@waggle/bpf';
import { type CompiledScript, compile, INTERNAL_MAPS, SourceText } from '@waggle/bpftrace';
import { MachineFacts } from '@waggle/trace';

const RING_BYTES = 128 * 1024 * 1024;
const SCRIPT = `tracepoint:syscalls:sys_enter_openat /pid == $1/ {
  print((pid = pid, tid = tid, flags = args.flags, comm = comm, path = str(args.filename)));
}`;

/** Real records of this process: one for each file that it opens, of five fields. */
export class OpenEvents {
  readonly script: CompiledScript;
  readonly #maps: ReadonlyMap<string, BpfMap>;
  readonly #ring: RingBuffer;

  /** @param hasContext whether records have time, cgroup, pid, tid and comm in front, as those of a trace do */
  constructor(hasContext: boolean) {
    const options = { positionalParams: [String(process.pid)], ringBytes: RING_BYTES, eventContext: hasContext };
    const { script, diagnostics } = compile(new SourceText('opens.bt', SCRIPT), new MachineFacts(), options);
    if (script === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
    this.script = script;
    this.#maps = new Map(script.mapSpecs.map((spec) => [spec.name, BpfMap.create(spec)]));
    this.#ring = new RingBuffer(this.#maps.get(INTERNAL_MAPS.ring)!);
  }

  /** Makes so many, that wait to be read. @param paths of files, opened in turn @returns the records' bytes in the ring buffer */
  make(events: number, paths: readonly string[] = ['/etc/passwd']): number {
    const before = this.#ring.pendingBytes;
    const programs = this.script.programs.map(({ spec }) => loadProgram(spec, { maps: this.#maps }));
    const links = programs.map((program) => attach(program, program.spec.attach, { maps: this.#maps }));
    for (let index = 0; index < events; index++) closeSync(openSync(paths[index % paths.length]!, 'r'));
    for (const owned of [...links, ...programs]) owned.close();
    return this.#ring.pendingBytes - before;
  }

  /** @returns how many there were */
  read(onRecord: OnRecord): number {
    return this.#ring.drain(onRecord);
  }
}
