/**
 * Flags of open(2), include/uapi/asm-generic/fcntl.h, for x86-64. Those made of several bits (O_SYNC holds O_DSYNC,
 * O_TMPFILE holds O_DIRECTORY) come before their parts.
 */
const FLAGS_X64: readonly (readonly [number, string])[] = [
  [0o20200000, 'O_TMPFILE'],
  [0o4010000, 'O_SYNC'],
  [0o100, 'O_CREAT'],
  [0o200, 'O_EXCL'],
  [0o400, 'O_NOCTTY'],
  [0o1000, 'O_TRUNC'],
  [0o2000, 'O_APPEND'],
  [0o4000, 'O_NONBLOCK'],
  [0o10000, 'O_DSYNC'],
  [0o20000, 'O_ASYNC'],
  [0o40000, 'O_DIRECT'],
  [0o100000, 'O_LARGEFILE'],
  [0o200000, 'O_DIRECTORY'],
  [0o400000, 'O_NOFOLLOW'],
  [0o1000000, 'O_NOATIME'],
  [0o2000000, 'O_CLOEXEC'],
  [0o10000000, 'O_PATH'],
];

/** arm64 moves four of them (arch/arm64/include/uapi/asm/fcntl.h). */
const MOVED_ARM64: Readonly<Record<string, number>> = {
  O_DIRECTORY: 0o40000,
  O_NOFOLLOW: 0o100000,
  O_DIRECT: 0o200000,
  O_LARGEFILE: 0o400000,
  O_TMPFILE: 0o20040000,
};

const ACCESS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'] as const;

/** `O_WRONLY|O_CREAT|O_CLOEXEC`; bits without a name come last, in hexadecimal. */
export function formatOpenFlags(flags: bigint, architecture: string = process.arch): string {
  let rest = Number(flags & 0xffffffffn);
  const names: string[] = [ACCESS[rest & 3]!];
  rest &= ~3;
  for (const [bits, name] of FLAGS_X64) {
    const here = architecture === 'arm64' ? (MOVED_ARM64[name] ?? bits) : bits;
    if ((rest & here) !== here) continue;
    names.push(name);
    rest &= ~here;
  }
  if (rest !== 0) names.push(`0x${(rest >>> 0).toString(16)}`);
  return names.join('|');
}
