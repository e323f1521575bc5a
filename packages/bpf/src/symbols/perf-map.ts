/** A function that a just-in-time compiler made, as it wrote it into /tmp/perf-PID.map. */
export interface JitSymbol {
  readonly start: bigint;
  readonly sizeBytes: number;
  readonly name: string;
}

/** `7f00 40 LazyCompile:~foo file.js:3`: start and size in hexadecimal, and a name that may have spaces. */
const LINE = /^(?:0x)?([0-9a-f]+) (?:0x)?([0-9a-f]+) (.+)$/gim;

/**
 * Reads the map of a just-in-time compiler (tools/perf/Documentation/jit-interface.txt). Code that moves or is replaced
 * is written again further down: of entries with one start, the last is in force.
 *
 * @returns in order of address.
 */
export function parsePerfMap(text: string): readonly JitSymbol[] {
  const byStart = new Map<bigint, JitSymbol>();
  for (const [, start, size, name] of text.matchAll(LINE)) {
    const symbol = { start: BigInt(`0x${start}`), sizeBytes: Number.parseInt(size!, 16), name: name!.trimEnd() };
    byStart.set(symbol.start, symbol);
  }
  return [...byStart.values()].sort((a, b) => (a.start < b.start ? -1 : 1));
}

/** The function that holds `address`, of functions in order. */
export function jitSymbolAt(symbols: readonly JitSymbol[], address: bigint): JitSymbol | undefined {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (symbols[middle]!.start <= address) low = middle + 1;
    else high = middle;
  }
  const symbol = symbols[low - 1];
  return symbol !== undefined && address < symbol.start + BigInt(symbol.sizeBytes) ? symbol : undefined;
}
