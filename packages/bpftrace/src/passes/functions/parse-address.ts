/**
 * The bytes of an IPv4 or IPv6 address in network order: 4 or 16 of them. Undefined where the text is neither, as inet_pton(3) has it: no
 * zone, no port, no octal.
 */
export function parseAddress(text: string): Uint8Array | undefined {
  const bytes = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  return bytes && Uint8Array.from(bytes);
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split('.');
  const good = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return good ? parts.map(Number) : undefined;
}

/** `::` stands for the zeros that are missing, at least two bytes of them. */
function parseIpv6(text: string): number[] | undefined {
  const [head, tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const front = parseGroups(head!, tail === undefined);
  if (tail === undefined) return front?.length === 16 ? front : undefined;
  const back = parseGroups(tail, true);
  if (!front || !back || front.length + back.length > 14) return undefined;
  return [...front, ...Array.from({ length: 16 - front.length - back.length }, () => 0), ...back];
}

/** Groups of two bytes; the last may be an IPv4 address where nothing follows. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    const ipv4 = isEnd && i === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4) bytes.push(...ipv4);
    else if (/^[\da-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}
