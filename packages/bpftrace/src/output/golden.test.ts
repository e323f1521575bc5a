/** The formatters against what bpftrace 0.27.1 printed (`golden/*.json`, see `scripts/record-bpftrace-output.mjs`). */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SourceText } from '../source/source-text.ts';
import { decodeText, encodeText } from './byte-text.ts';
import { compileRecordDecoder } from './compile-decoder.ts';
import { NotStoodIn } from './golden/evaluate-literal.test-kit.ts';
import { parseSimpleScript } from './golden/simple-script.test-kit.ts';
import { StandInKernel } from './golden/stand-in-kernel.test-kit.ts';
import { readMap } from './read-map.ts';
import { type ActionContext, compileAction, type OutputFormat } from './render-action.ts';
import type { RenderContext } from './render-context.ts';
import { renderFinalMaps } from './render-final-maps.ts';

interface GoldenCase {
  readonly name: string;
  readonly script: string;
  readonly text: string;
  readonly json: string;
  /** Why ours is not the same. */
  readonly differs?: string;
}

const folder = new URL('./golden/', import.meta.url);
const tables = readdirSync(folder).filter((file) => file.endsWith('.json'));

/** Knows no symbols: those of the tables have none. */
const render: RenderContext = {
  kernelSymbol: () => undefined,
  userSymbol: () => undefined,
  stack: () => undefined,
  userName: () => 'root',
  cgroupPath: () => undefined,
  internedText: () => undefined,
  wallClockNs: (_clock, ns) => ns,
  nowMs: () => 0,
};

/** How many cases of each table run without the compiler, so that none is left out by accident. The rest run end to end. */
const SIMPLE_CASES: Readonly<Record<string, number>> = {
  'actions.json': 3,
  'histograms.json': 32,
  'maps.json': 40,
  'print.json': 15,
  'printf.json': 89,
  'strings.json': 7,
  'values.json': 17,
};

for (const file of tables) {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as GoldenCase[];
  const simple = cases.filter(({ script }) => runs(script));
  describe(file, () => {
    test('covers the table', () => {
      expect(simple.length).toBe(SIMPLE_CASES[file]);
    });
    test.each(simple.filter(({ differs }) => !differs))('$name', ({ script, text, json }) => {
      expect(outputOf(script, 'text')).toBe(text);
      expect(outputOf(script, 'json')).toBe(json);
    });
    test.each(simple.filter(({ differs }) => differs))('differs still: $name', ({ script, text }) => {
      expect(outputOf(script, 'text')).not.toBe(text);
    });
  });
}

function runs(script: string): boolean {
  try {
    return outputOf(script, 'text') !== undefined;
  } catch (error) {
    if (error instanceof NotStoodIn) return false;
    throw error;
  }
}

/** Records are read when the probe has ended, as they are in bpftrace: a map prints what it holds then. */
function outputOf(script: string, format: OutputFormat): string | undefined {
  const statements = parseSimpleScript(script);
  if (!statements) return undefined;
  const kernel = new StandInKernel();
  kernel.run(statements);
  const snapshotOf = (name: string) => {
    const map = kernel.maps().find((candidate) => candidate.name === name);
    if (!map) throw new NotStoodIn(name);
    return readMap(map, kernel.entries(name));
  };
  const context: ActionContext = {
    format,
    render,
    options: { escape: false, nonAscii: 'as-bpftrace' },
    source: new SourceText('stdin', script),
    snapshot: snapshotOf,
    readFile: () => undefined,
    runCommand: () => '',
  };
  let output = '';
  for (const { action, bytes } of kernel.records) {
    if (action.kind === 'clear-map') kernel.clear(action.map);
    if (action.kind === 'zero-map') kernel.zero(action.map);
    const fields = compileRecordDecoder(action.layout)(new DataView(bytes.buffer), 0, bytes.length);
    output += compileAction(action, context)(fields);
  }
  output += renderFinalMaps(
    kernel.maps().map(({ name }) => snapshotOf(name)),
    context,
  );
  return decodeText(encodeText(output));
}
