import { describe, expect, test } from 'vitest';
import { programSource } from '../../commands/run/program-source.ts';
import { checkLocally } from './check-locally.ts';
import { type TraceManifestOptions, traceManifest } from './trace-manifest.ts';

const gadget = programSource({ name: 'opensnoop', parameters: [] });
const script = programSource({ eval: 'BEGIN { print($1) }', parameters: [] });

test.each<[string, typeof gadget, Parameters<typeof traceManifest>[1], TraceManifestOptions, object]>([
  [
    'a gadget in a namespace',
    gadget,
    { namespace: 'shop', target: { selector: 'app=cart' }, parameters: [] },
    { timeout: 1500, interval: 200, ringSize: 65_536 },
    {
      kind: 'Trace',
      metadata: { name: expect.stringMatching(/^opensnoop-[a-z0-9]{5}$/), namespace: 'shop' },
      spec: {
        program: { gadget: 'opensnoop' },
        target: { selector: 'app=cart' },
        options: { ringSizeBytes: 65_536, mapIntervalSeconds: 1 },
        timeoutSeconds: 2,
        heartbeatSeconds: 30,
      },
    },
  ],
  [
    'a script on everything, left alone',
    script,
    { namespace: undefined, target: { host: true }, parameters: ['7'] },
    { detach: true, traceName: 'mine', unsafe: true },
    {
      kind: 'ClusterTrace',
      metadata: { name: 'mine' },
      spec: {
        program: { script: 'BEGIN { print($1) }', name: '-e', parameters: ['7'] },
        target: { host: true },
        options: { unsafe: true },
      },
    },
  ],
])('%s', (_, program, scope, options, expected) => {
  const { kind, metadata, spec } = traceManifest(program, scope, options);
  const { annotations, ...rest } = metadata;
  expect({ kind, metadata: rest, spec }).toEqual(expected);
  expect(annotations === undefined).toBe(options.detach === true);
});

test.each<[TraceManifestOptions, string]>([
  [{ unsafe: true }, 'spec.options.unsafe: a Trace changes nothing: only a ClusterTrace has this'],
  [{ ringSize: 2 ** 30 }, 'spec.options.ringSizeBytes: expected a whole number from 4096 to 67108864'],
])('%j is refused', (options, message) =>
  expect(() => traceManifest(gadget, { namespace: 'a', target: {}, parameters: [] }, options)).toThrow(message),
);

describe('a script is checked before anything is asked of a cluster', () => {
  test.each([
    ['BEGIN { 1 + }', ['syntax']],
    ['tracepoint:no:such { @ = count() }', []],
    ['kprobe:no_such { @ = count() }', []],
    ['uprobe:/nowhere:main { @ = 1 }', []],
    ['BEGIN { system("reboot") }', ['unsafe']],
  ])('%s', (text, codes) => {
    const program = programSource({ eval: text, parameters: [] });
    expect(checkLocally(program, { parameters: [], confined: false }).map(({ code }) => code)).toEqual(codes);
  });

  test('by the rules of a namespace, too', () => {
    const program = programSource({ eval: 'BEGIN { print(curtask) }', parameters: [] });
    const codes = checkLocally(program, { parameters: [], confined: true }).map(({ code }) => code);
    expect(codes).toContain('confined-kernel-pointer');
  });
});
