/** One executable range of a process's memory. */
export interface MemoryRegion {
  readonly start: bigint;
  /** Exclusive. */
  readonly end: bigint;
  /** Which byte of the file lies at `start`. */
  readonly fileOffset: number;
  /** 0 where no file is mapped. */
  readonly inode: number;
  /**
   * A path in the process's own root, `[vdso]` and the like, or empty. A file that is gone has ` (deleted)` behind it.
   */
  readonly path: string;
}

/** `7f12a000-7f12c000 r-xp 0002a000 08:01 1234   /usr/lib/libc.so.6` */
const LINE = /^([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) \S+ (\d+) *(.*)$/gm;

/** Reads the executable ranges of /proc/PID/maps, which come in order of address. */
export function parseMemoryMap(text: string): readonly MemoryRegion[] {
  return Array.from(text.matchAll(LINE), ([, start, end, offset, inode, path]) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    fileOffset: Number.parseInt(offset!, 16),
    inode: Number(inode),
    path: path!,
  }));
}

/** The region that holds `address`, of regions in order. */
export function regionAt(regions: readonly MemoryRegion[], address: bigint): MemoryRegion | undefined {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (regions[middle]!.start <= address) low = middle + 1;
    else high = middle;
  }
  const region = regions[low - 1];
  return region !== undefined && address < region.end ? region : undefined;
}
