import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SPEC_EXAMPLES } from '../testing/spec-examples.ts';
import { CLUSTER_TRACES, TRACES } from './constants.ts';
import { parseTraceSpec, SPEC_LIMITS } from './parse-trace-spec.ts';

const examples = SPEC_EXAMPLES.flatMap((example) => example.kinds.map((kind) => ({ ...example, kind })));

describe('parseTraceSpec', () => {
  it.each(examples.filter(({ problems }) => problems.length === 0))('takes $about in a $kind', ({ kind, spec }) => {
    const { speed: _, program, ...rest } = spec as { speed?: unknown; program: { color?: unknown } };
    const { color: __, ...known } = program;
    expect(parseTraceSpec(spec, kind)).toEqual({ spec: { program: known, ...rest } });
  });

  it.each(examples.filter(({ problems }) => problems.length > 0))(
    'refuses $about in a $kind',
    ({ kind, spec, problems }) => {
      const found = parseTraceSpec(spec, kind).problems;
      expect(found?.map(({ path }) => path)).toEqual(problems);
    },
  );

  it('says all that is wrong', () => {
    const spec = { program: { gadget: 'G' }, target: { pods: ['A'], selector: 'a,,b' }, timeoutSeconds: '1m' };
    expect(parseTraceSpec(spec, 'Trace').problems).toEqual([
      { path: 'spec.program.gadget', message: '"G" is no name of a gadget' },
      { path: 'spec.target.pods[0]', message: '"A" is no name of a pod' },
      { path: 'spec.target.selector', message: 'found ",", expected a label key (at character 3)' },
      { path: 'spec.timeoutSeconds', message: 'expected a whole number from 1 to 2592000, found "1m"' },
    ]);
  });

  it.each([null, undefined, 'x', 7, []])('refuses %j as a whole', (spec) => {
    expect(parseTraceSpec(spec, 'Trace').problems).toMatchObject([{ path: 'spec' }]);
  });
});

describe.each([TRACES, CLUSTER_TRACES])('the definition of $kind', (type) => {
  const root = new URL('../../../../deploy/crds/', import.meta.url);
  const definition = parse(readFileSync(new URL(`${type.plural}.yaml`, root), 'utf8'));
  const [version] = definition.spec.versions;

  it('is of that name', () => {
    expect(definition.metadata.name).toBe(`${type.plural}.${type.group}`);
    expect(definition.spec).toMatchObject({
      group: type.group,
      scope: type.isNamespaced ? 'Namespaced' : 'Cluster',
      names: { kind: type.kind, plural: type.plural },
    });
    expect(version.name).toBe(type.version);
  });

  it('has the same bounds', () => {
    const {
      program,
      target,
      options,
      stopped: _,
      ...times
    } = version.schema.openAPIV3Schema.properties.spec.properties;
    const numbers = { ...options.properties, ...times };
    for (const [name, { min, max }] of Object.entries(SPEC_LIMITS).flatMap(([key, limit]) =>
      typeof limit === 'number' ? [] : [[key, limit] as const],
    ))
      expect([name, numbers[name].minimum, numbers[name].maximum]).toEqual([name, min, max]);
    expect(program.properties.script.maxLength).toBe(SPEC_LIMITS.scriptCharacters);
    expect(program.properties.parameters.maxItems).toBe(SPEC_LIMITS.parameters);
    expect(program.properties.parameters.items.maxLength).toBe(SPEC_LIMITS.parameterCharacters);
    expect(target.properties.pods.maxItems).toBe(SPEC_LIMITS.names);
    expect(target.properties.selector.maxLength).toBe(SPEC_LIMITS.selectorCharacters);
  });
});
