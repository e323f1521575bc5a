import { errnoInfo } from '@waggle/bpf';
import { formatOpenFlags } from './open-flags.ts';
import { syscallName } from './syscall-names.ts';

/** What a cell of a table or a field of a JSON object holds. `null`: empty. */
export type Cell = string | number | bigint | boolean | null | readonly Cell[] | { readonly [name: string]: Cell };

/** Shows a decoded value as a cell: the same for tables, JSON, filters. */
export type ValueFormat = (value: Cell) => Cell;

/** What `{name}` in a doc comment may say. */
export const FORMATS: Readonly<Record<string, ValueFormat>> = {
  /** -1: none. */
  fd: (value) => (asNumber(value) < 0 ? null : value),
  /** 0: none. */
  errno: (value) => (asNumber(value) === 0 ? null : errnoInfo(asNumber(value)).code),
  'open-flags': (value) => formatOpenFlags(BigInt(asNumber(value))),
  'file-mode': (value) => asNumber(value).toString(8).padStart(4, '0'),
  syscall: (value) => syscallName(asNumber(value)),
  /** Words that end in NUL each. */
  argv: (value) => (typeof value === 'string' ? value.replace(/\0$/, '').split('\0').map(quoteWord).join(' ') : value),
};

/** Units: values stay numbers in JSON and get a unit in tables. */
export const UNITS: ReadonlySet<string> = new Set(['ns', 'us', 'ms', 's', 'bytes']);

/** As a shell would want it, where the word's borders would be lost otherwise. */
function quoteWord(word: string): string {
  return word === '' || /[\s'"\\]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word;
}

function asNumber(value: Cell): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}
