/** Scripts of the golden tables, compiled and run in this kernel, against what bpftrace 0.27.1 printed, to the byte. */
import { readdirSync, readFileSync } from 'node:fs';
import { decodeText, encodeText, type OutputFormat } from '@waggle/bpftrace/output';
import { describe, expect, test } from 'vitest';
import { scriptOutput } from '../../packages/trace/src/testing/script-output.ts';

interface GoldenCase {
  readonly name: string;
  readonly script: string;
  readonly flags?: readonly string[];
  readonly text: string;
  readonly json: string;
  /** Why ours is not the same, on purpose. */
  readonly differs?: string;
}

const folder = new URL('../../packages/bpftrace/src/output/golden/', import.meta.url);
const tables = readdirSync(folder).filter((file) => file.endsWith('.json'));

/** A case (`table: name`) that ought to be equal and is not yet. */
interface KnownFailure {
  readonly id: string;
  readonly reason: string;
}

/** This list may only shrink: a case in it that passes fails the test. */
const knownFailures = new Map(
  (JSON.parse(readFileSync(new URL('./known-failures.json', import.meta.url), 'utf8')) as KnownFailure[]).map(
    ({ id, reason }) => [id, reason],
  ),
);

const all = tables.flatMap((table) => {
  const cases = JSON.parse(readFileSync(new URL(table, folder), 'utf8')) as GoldenCase[];
  return cases.map((one) => {
    const id = `${table}: ${one.name}`;
    return { ...one, id, why: one.differs ?? knownFailures.get(id) };
  });
});

describe('output of bpftrace', () => {
  const [expected, unequal] = [true, false].map((equal) => all.filter(({ why }) => equal === (why === undefined)));

  test.each(expected!)('$id', async (one) => {
    expect(await run(one, 'text')).toBe(one.text);
    expect(await run(one, 'json')).toBe(one.json);
  });

  test.each(unequal!)('is another still: $id ($why)', async (one) => {
    expect(await outputOrError(one)).not.toEqual([one.text, one.json]);
  });

  test('known failures are cases', () => {
    expect([...knownFailures.keys()].filter((id) => !all.some((one) => one.id === id))).toEqual([]);
  });
});

async function run({ script, flags = [] }: GoldenCase, format: OutputFormat): Promise<string> {
  const output = await scriptOutput(script, format, { unsafe: flags.includes('--unsafe') });
  return decodeText(encodeText(output));
}

async function outputOrError(one: GoldenCase): Promise<unknown> {
  try {
    return [await run(one, 'text'), await run(one, 'json')];
  } catch (error) {
    return error;
  }
}
