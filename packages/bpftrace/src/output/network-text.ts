/** Text of network addresses, as inet_ntop(3) writes it. */

/** Families of Linux. */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** An address of 16 bytes in network order, an IPv4 one in the first four. Of any other family, the empty string, as bpftrace has it. */
export function formatAddress(family: number, view: DataView, offset: number): string {
  if (family === AF_INET) return formatIpv4(view, offset);
  return family === AF_INET6 ? formatIpv6(view, offset) : '';
}

/** `0A:1B:…`, in upper case as bpftrace has it. */
export function formatMac(view: DataView, offset: number): string {
  const parts = Array.from({ length: 6 }, (_, index) =>
    view
      .getUint8(offset + index)
      .toString(16)
      .padStart(2, '0'),
  );
  return parts.join(':').toUpperCase();
}

function formatIpv4(view: DataView, offset: number): string {
  const byte = (index: number) => view.getUint8(offset + index);
  return `${byte(0)}.${byte(1)}.${byte(2)}.${byte(3)}`;
}

/** The longest run of two or more zero groups (the first of equals) becomes `::`; IPv4-mapped and -compatible ones end in dots. */
function formatIpv6(view: DataView, offset: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(offset + 2 * index));
  const zeros = longestZeroRun(groups);
  const embedsIpv4 = zeros.start === 0 && (zeros.length === 6 || (zeros.length === 5 && groups[5] === 0xffff));
  const shown = embedsIpv4 ? groups.slice(0, 6) : groups;
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  const tail = embedsIpv4 ? formatIpv4(view, offset + 12) : '';
  if (zeros.length < 2) return hex(shown);
  const after = [hex(shown.slice(zeros.start + zeros.length)), tail].filter((part) => part !== '').join(':');
  return `${hex(shown.slice(0, zeros.start))}::${after}`;
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
