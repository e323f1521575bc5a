/** System calls that every kernel has tracepoints for. */
const CALLS = ['openat', 'read', 'write', 'close', 'newfstat', 'mmap', 'munmap', 'futex', 'lseek', 'pread64'];

/** A script of so many lines: probes of ten lines each, that do a bit of everything, for a process that is not there. */
export function longScript(lines: number): string {
  const probes: string[] = [];
  for (let index = 0; index * 10 < lines; index++) probes.push(probe(index));
  return probes.join('\n');
}

function probe(index: number): string {
  const call = CALLS[index % CALLS.length]!;
  return `tracepoint:syscalls:sys_${index % 2 === 0 ? 'enter' : 'exit'}_${call}
/pid == 1 && tid != ${index}/
{
  $since = @start${index}[tid];
  @start${index}[tid] = nsecs;
  if ($since != 0 && nsecs - $since > 1000 * ${index}) {
    @gap${index}[comm] = hist((nsecs - $since) / 1000);
    printf("%d %s waited %d us\\n", pid, comm, (nsecs - $since) / 1000);
  }
}`;
}
