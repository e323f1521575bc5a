/**
 * A formatter of wall-clock nanoseconds since the epoch as RFC 3339 in UTC. It keeps the text of the last second: events come in
 * bursts.
 */
export function isoClock(): (timeNs: bigint) => string {
  let second = Number.NaN;
  let secondText = '';
  return (timeNs) => {
    const seconds = Number(timeNs / 1_000_000_000n);
    if (seconds !== second) {
      second = seconds;
      secondText = new Date(seconds * 1000).toISOString().slice(0, 19);
    }
    return `${secondText}.${String(Number(timeNs % 1_000_000_000n)).padStart(9, '0')}Z`;
  };
}

/** The time of day on this machine, to the millisecond, of an RFC 3339 text. */
export function localTimeOfDay(iso: string): string {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${iso.slice(20, 23)}`;
}
