/** Scripts of the golden tables, run in this kernel, shown from the frames of their stream: still what bpftrace printed, to the byte. */
import { readdirSync, readFileSync } from 'node:fs';
import { decodeText, encodeText, type OutputFormat } from '@waggle/bpftrace/output';
import { describe, expect, test } from 'vitest';
import { EFFECTS, type SinkWrapper, scriptOutput } from '../testing/script-output.ts';
import { identities } from '../testing/trace-command.ts';
import { FrameReader } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';

interface GoldenCase {
  readonly name: string;
  readonly script: string;
  readonly flags?: readonly string[];
  readonly text: string;
  readonly json: string;
  readonly differs?: string;
}

const folder = new URL('../../../bpftrace/src/output/golden/', import.meta.url);
const known = new Set(
  (
    JSON.parse(readFileSync(new URL('../../../../test/golden/known-failures.json', import.meta.url), 'utf8')) as {
      readonly id: string;
    }[]
  ).map(({ id }) => id),
);

/** Through bytes, in pieces that no frame agrees with. */
const throughFrames: SinkWrapper = (sink, script, source) => {
  const reader = new FrameReader({ open: () => sink });
  return new FrameWriter({
    script,
    info: { program: { name: source.name, script: source.text, parameters: [] } },
    source: { name: '', run: 'golden' },
    identities,
    effects: EFFECTS,
    write: ({ bytes }) => {
      for (let at = 0; at < bytes.length; at += 7) reader.push(bytes.subarray(at, at + 7));
    },
  });
};

async function run({ script, flags = [] }: GoldenCase, format: OutputFormat): Promise<string> {
  const output = await scriptOutput(script, format, { unsafe: flags.includes('--unsafe') }, throughFrames);
  return decodeText(encodeText(output));
}

describe.each(readdirSync(folder).filter((file) => file.endsWith('.json')))('%s', (table) => {
  const cases = JSON.parse(readFileSync(new URL(table, folder), 'utf8')) as GoldenCase[];
  const equal = cases.filter(({ name, differs }) => differs === undefined && !known.has(`${table}: ${name}`));
  // What makes text and JSON of values is the same code as without frames: each case goes through them once.
  test.each(equal.map((one, index) => ({ ...one, format: index % 2 === 0 ? 'text' : 'json' }) as const))(
    '$name as $format',
    async (one) => {
      expect(await run(one, one.format)).toBe(one[one.format]);
    },
  );
});
