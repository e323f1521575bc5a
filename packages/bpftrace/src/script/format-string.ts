/** A printf format, taken apart. */
export interface FormatString {
  readonly source: string;
  readonly segments: readonly FormatSegment[];
}

export type FormatSegment = { readonly kind: 'literal'; readonly text: string } | Conversion;

export interface Conversion {
  readonly kind: 'conversion';
  /** `r` shows bytes with escapes, `rx` and `rh` as hexadecimal. */
  readonly conversion: 'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'c' | 'p' | 's' | 'r' | 'rx' | 'rh';
  readonly flags: {
    readonly left: boolean;
    readonly plus: boolean;
    readonly space: boolean;
    readonly alternate: boolean;
    readonly zero: boolean;
  };
  /** A `*` is none: as in bpftrace, it takes no argument and does nothing. */
  readonly width?: number;
  readonly precision?: number;
  readonly length: '' | 'hh' | 'h' | 'l' | 'll' | 'j' | 'z' | 't';
}

/** What is wrong in a format: `offset` and `length` count UTF-16 code units of the format's text. */
export interface FormatError {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

/** ```'%' Flag* (Width | '*')? ('.' (Precision | '*')?)? Length? Conversion``` */
const CONVERSION = /%([-+ #0]*)(\d+|\*)?(?:\.(\d*|\*))?(hh|h|ll|l|j|z|t)?(rx|rh|[diuxXocpsr])/y;

const ESCAPED_PERCENT = /%\d*%/y;

/**
 * Takes a printf format apart. As bpftrace has it, `%%` is a percent sign, also with a width between (`%5%`), and so is a `%` that no letter
 * follows (`100%\n`); a conversion that does not exist is an error.
 */
export function parseFormat(text: string): { readonly format: FormatString } | { readonly error: FormatError } {
  const segments: FormatSegment[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    literal += text.slice(at, percent < 0 ? text.length : percent);
    if (percent < 0) break;
    CONVERSION.lastIndex = percent;
    const match = CONVERSION.exec(text);
    if (match) {
      if (literal !== '') segments.push({ kind: 'literal', text: literal });
      literal = '';
      segments.push(conversionOf(match));
      at = percent + match[0].length;
      continue;
    }
    const error = unknownConversion(text, percent);
    if (error) return { error };
    literal += '%';
    ESCAPED_PERCENT.lastIndex = percent;
    at = percent + (ESCAPED_PERCENT.exec(text)?.[0].length ?? 1);
  }
  if (literal !== '') segments.push({ kind: 'literal', text: literal });
  return { format: { source: text, segments } };
}

function conversionOf([, flags, width, precision, length, conversion]: RegExpExecArray): Conversion {
  return {
    kind: 'conversion',
    conversion: conversion as Conversion['conversion'],
    flags: {
      left: flags!.includes('-'),
      plus: flags!.includes('+'),
      space: flags!.includes(' '),
      alternate: flags!.includes('#'),
      zero: flags!.includes('0'),
    },
    ...(width !== undefined && width !== '*' && { width: Number(width) }),
    ...(precision !== undefined && precision !== '*' && { precision: Number(precision) }),
    length: (length ?? '') as Conversion['length'],
  };
}

function unknownConversion(text: string, percent: number): FormatError | undefined {
  const match = /^%[-+#0]*(?:\d+|\*)?(?:\.(?:\d*|\*))?(?:hh|h|ll|l|j|z|t)?([A-Za-z])?/.exec(text.slice(percent));
  if (!match?.[1]) return undefined;
  return { message: `unknown conversion "${match[0]}"`, offset: percent, length: match[0].length };
}
