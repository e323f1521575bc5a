/** JSON with bigints: as numbers where a double holds them exactly, as strings otherwise. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? exactNumber(item) : item), indent);
}

function exactNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
