/**
 * Reading of JSON that somebody else wrote: each function gives a value of the kind that its name says, or throws a `FrameProblem` that
 * names the place.
 */
import { FrameProblem } from '../stream-error.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export type JsonObject = Readonly<Record<string, unknown>>;

export function readObject(value: unknown, at: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(value, at, 'an object');
  return value as JsonObject;
}

export function readList<T>(value: unknown, at: string, item: (value: unknown, at: string) => T): T[] {
  if (!Array.isArray(value)) return refuse(value, at, 'a list');
  return value.map((one, index) => item(one, `${at}[${index}]`));
}

export function readText(value: unknown, at: string): string {
  return typeof value === 'string' ? value : refuse(value, at, 'a text');
}

export function readBoolean(value: unknown, at: string): boolean {
  return typeof value === 'boolean' ? value : refuse(value, at, 'true or false');
}

/** `max` is included. */
export function readInteger(value: unknown, at: string, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  return refuse(value, at, `an integer from ${min} to ${max}`);
}

export function readOneOf<T extends string | number>(value: unknown, at: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  return found ?? refuse(value, at, `one of ${choices.join(', ')}`);
}

/** As `bigintJson` writes it: 64 bits, of either sign. */
export function readBigint(value: unknown, at: string): bigint {
  const digits = typeof value === 'object' && value !== null ? (value as JsonObject).$bigint : undefined;
  if (typeof digits !== 'string' || !/^-?\d{1,20}$/.test(digits)) return refuse(value, at, 'a 64-bit integer');
  const integer = BigInt(digits);
  return integer >= -(1n << 63n) && integer < 1n << 64n ? integer : refuse(value, at, 'a 64-bit integer');
}

/** JSON has no integers of 64 bits. */
export function bigintJson(value: bigint): Json {
  return { $bigint: value.toString() };
}

/** The value, where there is one. */
export function readOptional<T>(value: unknown, at: string, read: (value: unknown, at: string) => T): T | undefined {
  return value === undefined ? undefined : read(value, at);
}

function refuse(value: unknown, at: string, wanted: string): never {
  const shown = JSON.stringify(value) ?? 'nothing';
  throw new FrameProblem(
    `schema: ${at} is ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}, expected ${wanted}`,
  );
}
