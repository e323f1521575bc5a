const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** How long ago an RFC 3339 time is, as kubectl says it: `95s`, `4m12s`, `3h5m`, `2d`. */
export function ageText(time: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(time)) / 1000));
  if (!Number.isFinite(seconds)) return '<unknown>';
  if (seconds < 120) return `${seconds}s`;
  const at = UNITS.findIndex(([, size]) => seconds >= size);
  const [unit, size] = UNITS[at]!;
  const count = Math.floor(seconds / size);
  const [smallUnit, smallSize] = UNITS[at + 1]!;
  const rest = Math.floor((seconds % size) / smallSize);
  return count < 10 && rest > 0 ? `${count}${unit}${rest}${smallUnit}` : `${count}${unit}`;
}
