/**
 * Dates as text, as strftime(3) of the C library gives them in the C locale and the local time zone of the process.
 *
 * Conversions: a A b B c C d D e F g G h H I j k l m M n p P r R s S t T u U V w W x X y Y z Z + %, with the flags `_ - 0 ^ #`, a width, and
 * the modifiers E and O, which mean nothing in the C locale. What is no conversion stands for itself.
 */
export function strftime(format: string, epochMs: number): string {
  return expand(format, new Date(epochMs));
}

/**
 * The builtin `strftime()`: the same, and beforehand bpftrace's own `%f` (microseconds of the second, six digits), `%k` (nanoseconds, nine)
 * and `%l` (milliseconds, three), which replace the hour conversions of that name.
 */
export function strftimeNs(format: string, epochNs: bigint): string {
  const ns = ((epochNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  const digits = ns.toString().padStart(9, '0');
  const withFractions = format.replace(/%[fkl]/g, (conversion) => digits.slice(0, FRACTION_DIGITS[conversion]));
  return strftime(withFractions, Number((epochNs - ns) / 1_000_000n));
}

const NS_PER_SECOND = 1_000_000_000n;
const FRACTION_DIGITS: Readonly<Record<string, number>> = { '%f': 6, '%k': 9, '%l': 3 };

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const MS_PER_DAY = 86_400_000;

const CONVERSION = /%([_\-0^#]*)(\d*)[EO]?([a-zA-Z+%])/g;

function expand(format: string, date: Date): string {
  return format.replace(CONVERSION, (whole, flags: string, width: string, conversion: string) => {
    const field = FIELDS[conversion]?.(date);
    return field === undefined ? whole : applyFlags(field, conversion, flags, Number(width || 0));
  });
}

/** A field as it is padded by default: numbers with `fill` up to `width`, texts not at all. */
type Field = string | { readonly number: number; readonly width: number; readonly fill: '0' | ' ' };

const zeros = (number: number, width = 2): Field => ({ number, width, fill: '0' });
const spaces = (number: number, width = 2): Field => ({ number, width, fill: ' ' });

const FIELDS: Readonly<Record<string, (date: Date) => Field>> = {
  a: (date) => DAYS[date.getDay()]!.slice(0, 3),
  A: (date) => DAYS[date.getDay()]!,
  b: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  B: (date) => MONTHS[date.getMonth()]!,
  c: (date) => expand('%a %b %e %H:%M:%S %Y', date),
  C: (date) => zeros(Math.floor(date.getFullYear() / 100)),
  d: (date) => zeros(date.getDate()),
  D: (date) => expand('%m/%d/%y', date),
  e: (date) => spaces(date.getDate()),
  F: (date) => expand('%Y-%m-%d', date),
  g: (date) => zeros(isoWeek(date).year % 100),
  G: (date) => zeros(isoWeek(date).year, 1),
  h: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  H: (date) => zeros(date.getHours()),
  I: (date) => zeros(hour12(date)),
  j: (date) => zeros(dayOfYear(date) + 1, 3),
  k: (date) => spaces(date.getHours()),
  l: (date) => spaces(hour12(date)),
  m: (date) => zeros(date.getMonth() + 1),
  M: (date) => zeros(date.getMinutes()),
  n: () => '\n',
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  P: (date) => (date.getHours() < 12 ? 'am' : 'pm'),
  r: (date) => expand('%I:%M:%S %p', date),
  R: (date) => expand('%H:%M', date),
  s: (date) => zeros(Math.floor(date.getTime() / 1000), 1),
  S: (date) => zeros(date.getSeconds()),
  t: () => '\t',
  T: (date) => expand('%H:%M:%S', date),
  u: (date) => zeros(date.getDay() || 7, 1),
  U: (date) => zeros(Math.floor((dayOfYear(date) + 7 - date.getDay()) / 7)),
  V: (date) => zeros(isoWeek(date).week),
  w: (date) => zeros(date.getDay(), 1),
  W: (date) => zeros(Math.floor((dayOfYear(date) + 7 - ((date.getDay() + 6) % 7)) / 7)),
  x: (date) => expand('%m/%d/%y', date),
  X: (date) => expand('%H:%M:%S', date),
  y: (date) => zeros(date.getFullYear() % 100),
  Y: (date) => zeros(date.getFullYear(), 1),
  z: zoneOffset,
  Z: zoneName,
  '+': (date) => expand('%a %b %e %H:%M:%S %Z %Y', date),
  '%': () => '%',
};

function applyFlags(field: Field, conversion: string, flags: string, width: number): string {
  const padding = [...flags].findLast((flag) => flag === '_' || flag === '-' || flag === '0');
  const number = typeof field !== 'string';
  const fill = padding === '_' ? ' ' : padding === '0' || (number && field.fill === '0') ? '0' : ' ';
  const text = number ? field.number.toString() : changeCase(field, conversion, flags);
  const wanted = padding === '-' && width === 0 ? 0 : Math.max(width, number ? field.width : 0);
  return text.padStart(wanted, fill);
}

/** `^` wants upper case; `#` the opposite, which is lower case for AM and PM and upper case for names. */
function changeCase(text: string, conversion: string, flags: string): string {
  if (flags.includes('#') && (conversion === 'p' || conversion === 'Z')) return text.toLowerCase();
  return flags.includes('^') || (flags.includes('#') && 'aAbBh'.includes(conversion)) ? text.toUpperCase() : text;
}

function hour12(date: Date): number {
  return date.getHours() % 12 || 12;
}

/** From 0; by calendar dates, so that changes of daylight time do not count. */
function dayOfYear(date: Date): number {
  return (
    (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - Date.UTC(date.getFullYear(), 0, 1)) / MS_PER_DAY
  );
}

/** ISO 8601: weeks start on Monday and belong to the year of their Thursday. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7)));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / MS_PER_DAY / 7) + 1 };
}

function zoneOffset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const two = (value: number) => Math.floor(value).toString().padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}${two(Math.abs(minutes) % 60)}`;
}

/** The abbreviation, where the platform knows one; else its offset from GMT. */
function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}
