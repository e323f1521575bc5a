import type { Diagnostics } from '../diagnostics/diagnostic.ts';

export interface ScannedInteger {
  readonly end: number;
  readonly value: bigint;
  readonly unsigned: boolean;
}

const maximum = 2n ** 64n - 1n;

/** Nanoseconds. */
const durations: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};

const word = /[0-9A-Za-z_]*/y;
const hexadecimal = /^0[xX]([0-9a-fA-F_]*)([A-Za-z]\w*)?$/;
const decimal = /^([0-9][0-9_]*)(?:[eE]([0-9][0-9_]*))?([A-Za-z]\w*)?$/;
const integerSuffix = /^(?:u(?:l{1,2})?|l{1,2}u?)$/i;

/**
 * Scans an integer literal that starts at `start` with a digit: decimal, `0` octal, `0x` hexadecimal, `_` between digits,
 * `2e3`, then a C suffix (`u`, `ul`, `ll`, …) or a duration (`10ms`, in nanoseconds).
 */
export function scanInteger(text: string, start: number, diagnostics: Diagnostics): ScannedInteger {
  word.lastIndex = start;
  const literal = word.exec(text)![0];
  const span = { start, end: start + literal.length };
  const reject = (code: string, message: string, hint?: string): ScannedInteger => {
    diagnostics.error(code, span, message, hint ? { hint } : {});
    return { end: span.end, value: 0n, unsigned: false };
  };

  const hex = hexadecimal.exec(literal);
  const dec = hex ? null : decimal.exec(literal);
  const digits = hex?.[1] ?? dec?.[1] ?? '';
  const exponent = dec?.[2];
  const suffix = (hex ? hex[2] : dec?.[3]) ?? '';
  if ([digits, exponent ?? '0'].some((part) => part === '' || part.endsWith('_'))) {
    return reject(
      'invalid-integer',
      `invalid integer '${shorten(literal)}'`,
      'an underscore stands between two digits',
    );
  }
  const duration = durations[suffix];
  if (suffix !== '' && !integerSuffix.test(suffix) && (duration === undefined || hex)) {
    return reject('invalid-integer-suffix', `invalid suffix '${shorten(suffix)}' of an integer`, suffixHint);
  }
  const value = digitsValue(digits.replaceAll('_', ''), hex !== null, exponent?.replaceAll('_', ''));
  if (value === 'octal') return reject('invalid-integer', `invalid octal integer '${shorten(literal)}'`, octalHint);
  const scaled = value === 'too large' ? maximum + 1n : value * (duration ?? 1n);
  if (scaled > maximum) {
    return reject('integer-too-large', `integer '${shorten(literal)}' is larger than 2^64-1 (${maximum})`);
  }
  return { end: span.end, value: scaled, unsigned: /^\w*u/i.test(suffix) && duration === undefined };
}

const suffixHint = 'integers take u, l, ul, ll, ull, or a duration: ns, us, ms, s, m, h, d';
const octalHint = 'an integer with a leading 0 is octal and has the digits 0 to 7';

/** Sizes are checked before anything is computed: a script may hold megabytes of digits. */
function digitsValue(digits: string, hex: boolean, exponent: string | undefined): bigint | 'octal' | 'too large' {
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return 0n;
  if (significant.length > (hex ? 16 : 22)) return 'too large';
  if (hex) return BigInt(`0x${significant}`);
  if (exponent !== undefined) {
    const power = exponent.replace(/^0+/, '');
    return power.length > 2 || Number(power) > 20 ? 'too large' : BigInt(significant) * 10n ** BigInt(power || '0');
  }
  if (digits.length === significant.length) return BigInt(significant);
  return /[89]/.test(significant) ? 'octal' : BigInt(`0o${significant}`);
}

function shorten(literal: string): string {
  return literal.length <= 40 ? literal : `${literal.slice(0, 37)}...`;
}
