/** A number within an attach point: decimal, hexadecimal or `1e6`; undefined where it is none. */
export function parseNumber(text: string): bigint | undefined {
  if (/^(?:\d[\d_]*|0x[\da-f]+)$/i.test(text)) return BigInt(text.replaceAll('_', ''));
  const scientific = /^(\d+)e(\d{1,2})$/i.exec(text);
  return scientific ? BigInt(scientific[1]!) * 10n ** BigInt(scientific[2]!) : undefined;
}
