import { escapeText } from '@waggle/bpftrace/output';
import type { Cell } from '@waggle/gadgets';
import { localTimeOfDay } from '../view/iso-clock.ts';
import type { Column } from './column.ts';

/** A cell as one line of text; bytes that a terminal would obey are escaped. */
export function cellText(cell: Cell, column?: Column): string {
  if (cell === null) return '';
  if (typeof cell === 'string' && column?.unit === 'clock') return localTimeOfDay(cell);
  if (typeof cell === 'string') return escapeText(cell);
  if (typeof cell === 'number' || typeof cell === 'bigint')
    return column?.unit ? withUnit(Number(cell), column.unit) : String(cell);
  if (typeof cell === 'boolean') return cell ? 'true' : 'false';
  if (Array.isArray(cell)) return cell.map((item: Cell) => cellText(item)).join(',');
  return Object.entries(cell as Record<string, Cell>)
    .map(([name, value]) => `${name}=${cellText(value)}`)
    .join(',');
}

const TIME_UNITS: readonly (readonly [number, string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
];
const NANOSECONDS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** Three significant digits and the largest unit that leaves at least 1: `1.23ms`, `4.5MiB`. */
function withUnit(value: number, unit: string): string {
  if (unit === 'bytes') {
    for (const [scale, name] of [
      [2 ** 30, 'GiB'],
      [2 ** 20, 'MiB'],
      [2 ** 10, 'KiB'],
    ] as const) {
      if (Math.abs(value) >= scale) return `${significant(value / scale)}${name}`;
    }
    return `${value}B`;
  }
  const nanoseconds = value * (NANOSECONDS[unit] ?? 1);
  for (const [scale, name] of TIME_UNITS) {
    if (Math.abs(nanoseconds) >= scale) return `${significant(nanoseconds / scale)}${name}`;
  }
  return '0';
}

function significant(value: number): string {
  return String(Number(value.toPrecision(3)));
}
