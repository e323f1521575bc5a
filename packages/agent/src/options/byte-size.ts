const UNITS = { '': 1, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 } as const;

/** Reads `512Ki`, `16Mi`, `4096`, as Kubernetes writes amounts of memory. Undefined where it is none. */
export function parseByteSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})(Ki|Mi|Gi)?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNITS[(unit ?? '') as keyof typeof UNITS];
}

/** The largest unit that needs no fraction: `512Ki`. */
export function formatByteSize(bytes: number): string {
  for (const unit of ['Gi', 'Mi', 'Ki'] as const)
    if (bytes > 0 && bytes % UNITS[unit] === 0) return `${bytes / UNITS[unit]}${unit}`;
  return String(bytes);
}
