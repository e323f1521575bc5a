import type { Action, RecordLayout, Type } from '@waggle/bpftrace';
import { compileRecordDecoder, DecodeError } from '@waggle/bpftrace/output';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { SAMPLE_SCRIPT } from '../sample-node.test-kit.ts';
import { FrameProblem } from '../stream-error.ts';
import { decodeScript, encodeScript } from './script-json.ts';
import { sizeOf } from './type-json.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const i64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n });

/** Types of values, with what a reader keeps of them: no BTF numbers, nothing behind pointers. */
const { type: arbitraryType } = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('int' as const), sizeBytes: fc.constantFrom(1, 2, 4, 8), signed: fc.boolean() }),
    fc.record({
      kind: fc.constant('int' as const),
      sizeBytes: fc.constant(4 as const),
      signed: fc.boolean(),
      enum: fc.record({ name: text, values: fc.array(fc.record({ name: text, value: i64 }), { maxLength: 3 }) }),
    }),
    fc.constantFrom<Type>(
      { kind: 'bool' },
      { kind: 'ksym' },
      { kind: 'usym' },
      { kind: 'username' },
      { kind: 'inet' },
      { kind: 'mac' },
      { kind: 'strerror' },
      { kind: 'interned' },
      { kind: 'cgroup-path' },
      { kind: 'cgroup-path', pattern: '/a' },
      { kind: 'timestamp', format: '%H:%M', clock: 'boot' },
      { kind: 'ustack', mode: 'perf', limit: 9 },
      { kind: 'pointer', to: { kind: 'none' }, space: 'user' },
    ),
    fc.record({
      kind: fc.constantFrom('string' as const, 'buffer' as const),
      sizeBytes: fc.integer({ min: 1, max: 64 }),
    }),
    fc.record({ kind: fc.constant('array' as const), element: tie('type'), length: fc.nat(4) }),
    fc.record({ kind: fc.constant('tuple' as const), elements: fc.array(tie('type'), { maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('record' as const),
      fields: fc.array(fc.record({ name: text, type: tie('type') }), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('struct' as const), union: fc.boolean(), name: text, sizeBytes: fc.nat(40) }),
  ),
}));

const arbitraryLayout: fc.Arbitrary<RecordLayout> = fc
  .record({ context: fc.boolean(), types: fc.array(fc.tuple(text, arbitraryType), { maxLength: 4 }) })
  .map(({ context, types }) => {
    let end = context ? 48 : 8;
    const fields = types.map(([name, type]) => {
      const offset = Math.ceil(end / 8) * 8;
      end = offset + sizeOf(type);
      return { name, type, place: { kind: 'inline', offset } as const };
    });
    return { context, fixedBytes: end, maxBytes: end, fields };
  });

const arbitraryAction: fc.Arbitrary<Action> = fc.oneof(
  arbitraryLayout.map((layout) => ({ kind: 'event', layout }) as const),
  arbitraryLayout.map((layout) => ({ kind: 'print-value', layout }) as const),
  fc
    .tuple(arbitraryLayout, fc.nat(9), fc.nat(9))
    .map(([layout, top, div]) => ({ kind: 'print-map', map: '@m', top, div, layout }) as const),
  fc.tuple(arbitraryLayout, text).map(([layout, message]) => {
    const result = {
      name: '',
      type: { kind: 'int', sizeBytes: 8, signed: true },
      place: { kind: 'constant', value: -2n },
    } as const;
    return {
      kind: 'runtime-error',
      message,
      span: { start: 3, end: 5 },
      helper: 'h',
      layout: { ...layout, fields: [result] },
    } as const;
  }),
);

const arbitraryScript = fc.record({
  actions: fc.array(arbitraryAction, { maxLength: 3 }),
  maps: fc
    .tuple(
      arbitraryType,
      fc.oneof(
        arbitraryType,
        fc.constantFrom<Type>(
          { kind: 'count' },
          { kind: 'sum', signed: true },
          { kind: 'hist', bits: 2 },
          { kind: 'lhist', min: -5n, max: 10n, step: 3n },
        ),
      ),
    )
    .map(([key, value]) => [
      { name: '@m', key, value },
      { name: '@', value },
    ]),
  printMapsOnExit: fc.boolean(),
});

describe('a script as JSON', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(arbitraryScript, (script) => {
        // The maps of the compiler know more, which stays behind.
        const maps = script.maps.map((map) => ({ ...map, spec: 'm', storage: 'value' as const }));
        expect(decodeScript(encodeScript({ ...script, maps }))).toEqual(script);
      }),
    );
  });

  it('knows formats, constants and texts of any bytes', () => {
    const { actions, maps, printMapsOnExit } = decodeScript(encodeScript(SAMPLE_SCRIPT));
    expect(actions).toEqual(SAMPLE_SCRIPT.actions);
    expect(maps).toEqual(SAMPLE_SCRIPT.maps.map(({ spec: _spec, storage: _storage, ...map }) => map));
    expect(printMapsOnExit).toBe(true);
    const odd = encodeScript({
      ...SAMPLE_SCRIPT,
      actions: [{ kind: 'time', format: '\udc80%H', layout: SAMPLE_SCRIPT.actions[2]!.layout }],
    });
    expect(decodeScript(odd).actions[0]).toMatchObject({ format: '\udc80%H' });
  });
});

type Changeable = { [name: string]: Changeable } & Changeable[];

/** The sample's JSON with one change. */
function changed(change: (json: Changeable) => unknown): Uint8Array {
  const json = JSON.parse(new TextDecoder().decode(encodeScript(SAMPLE_SCRIPT)));
  change(json as Changeable);
  return new TextEncoder().encode(JSON.stringify(json));
}

describe('what nobody can have written', () => {
  const EVIL = '0); throw new Error("ran"); (0';
  const set = (target: unknown, values: object) => Object.assign(target as object, values);
  const event = (json: Changeable) => json.actions![0]!.layout!;

  it.each<[string, (json: Changeable) => unknown]>([
    ['code as an offset', (json) => set(event(json).fields![0]!.place, { offset: EVIL })],
    ['code as a size', (json) => set(event(json).fields![0]!.type, { sizeBytes: EVIL })],
    ['code as a sign', (json) => set(event(json).fields![0]!.type, { signed: EVIL })],
    ['code as a length', (json) => set(event(json), { fixedBytes: EVIL })],
    ['a field outside of its record', (json) => set(event(json).fields![0]!.place, { offset: 81 })],
    ['a field in the header', (json) => set(event(json).fields![0]!.place, { offset: 0 })],
    ['a record without room for who did it', (json) => set(event(json), { fixedBytes: 40 })],
    ['a value of gigabytes', (json) => set(json.maps![0]!.value!, { kind: 'string', sizeBytes: 2 ** 31 })],
    [
      'an array of gigabytes',
      (json) => set(json.maps![2]!, { value: { kind: 'array', element: { kind: 'bool' }, length: 2 ** 30 } }),
    ],
    [
      'an endless array of nothing',
      (json) =>
        set(json.maps![2]!, { value: { kind: 'array', element: { kind: 'tuple', elements: [] }, length: 1e9 } }),
    ],
    [
      'a member outside of its struct',
      (json) =>
        set(json.maps![2]!, {
          value: {
            kind: 'struct',
            union: false,
            name: '',
            sizeBytes: 4,
            members: [
              { name: 'x', type: { kind: 'int', sizeBytes: 8, signed: true }, offsetBits: 0, bitfieldSizeBits: 0 },
            ],
          },
        }),
    ],
    [
      'a histogram without end',
      (json) =>
        set(json.maps![2]!, {
          value: {
            kind: 'lhist',
            min: { $bigint: '0' },
            max: { $bigint: '9223372036854775807' },
            step: { $bigint: '1' },
          },
        }),
    ],
    ['an unknown type', (json) => set(json.maps![2]!, { value: { kind: 'float' } })],
    ['an unknown action', (json) => set(json.actions![0]!, { kind: 'format-disk' })],
    ['an aggregate in a record', (json) => set(event(json).fields![0]!, { type: { kind: 'count' } })],
    ['a map that is not there', (json) => set(json.actions![2]!, { map: '@none' })],
    ['a conversion for another type', (json) => set(json.actions![1]!, { format: '%d %d' })],
    ['too few values for a format', (json) => set(json.actions![1]!, { format: '%d %s %s' })],
    ['a width of gigabytes', (json) => set(json.actions![1]!, { format: '%2000000000d %s' })],
    ['a date of gigabytes', (json) => set(json.actions![2]!, { kind: 'time', format: '%2000000000H' })],
    [
      'a number that is none',
      (json) => set(json.maps![2]!, { value: { kind: 'lhist', min: { $bigint: '0x1' }, max: 3, step: 1 } }),
    ],
    ['two maps of one name', (json) => set(json.maps![1]!, { name: '@counts' })],
    [
      'nesting without end',
      (json) =>
        set(json.maps![2]!, { value: JSON.parse(`${'{"kind":"tuple","elements":['.repeat(500)}${']}'.repeat(500)}`) }),
    ],
  ])('%s is refused', (_name, change) => {
    expect(() => decodeScript(changed(change))).toThrow(FrameProblem);
  });

  test('is refused, or reads any bytes without harm: values exchanged at random', () => {
    const base = JSON.parse(new TextDecoder().decode(encodeScript(SAMPLE_SCRIPT))) as unknown;
    const places = [...walk(base)];
    const junk = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(EVIL, -1, 0.5, 1e300, 7, 'int', 'string', 'ksym', 'dynamic', null),
    );
    fc.assert(
      fc.property(
        fc.nat(places.length - 1),
        junk,
        fc.uint8Array({ minLength: 400, maxLength: 400 }),
        (place, value, bytes) => {
          const json = structuredClone(base);
          put(json, places[place]!, value);
          let script: ReturnType<typeof decodeScript>;
          try {
            script = decodeScript(new TextEncoder().encode(JSON.stringify(json)));
          } catch (error) {
            if (error instanceof FrameProblem) return;
            throw error;
          }
          for (const { layout } of script.actions) readAnything(layout, bytes);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

function readAnything(layout: RecordLayout, bytes: Uint8Array): void {
  try {
    compileRecordDecoder(layout)(new DataView(bytes.buffer), 0, bytes.length);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

/** Paths of all values in a JSON document. */
function* walk(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) yield* walk(inner, [...path, name]);
}

function put(root: unknown, path: readonly string[], value: unknown): void {
  let at = root as Record<string, unknown>;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
  at[path.at(-1)!] = value;
}
