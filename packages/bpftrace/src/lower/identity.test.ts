import { formatInstructions } from '@waggle/bpf/asm';
import { describe, expect, test } from 'vitest';
import { type Compilation, compile } from '../compile.ts';
import type { CompileOptions } from '../compile-options.ts';
import { fixtureFacts } from '../facts/facts.test-kit.ts';
import { INTERNAL_MAPS } from '../script/compiled-script.ts';
import { SourceText } from '../source/source-text.ts';

function compiled(body: string, options: CompileOptions = {}): NonNullable<Compilation['script']> {
  const text = `tracepoint:syscalls:sys_enter_openat ${body}`;
  const { script, diagnostics } = compile(new SourceText('test', text), fixtureFacts(), options);
  expect(diagnostics).toEqual([]);
  return script!;
}

function assembly(body: string, options: CompileOptions = {}): string {
  const [program] = compiled(body, options).programs;
  return formatInstructions(program!.spec.instructions.map(({ source: _source, ...instruction }) => instruction));
}

const levels = (...of: number[]): CompileOptions => ({ identity: { levels: of } });

describe('what is compiled', () => {
  test('says what the map holds', () => {
    const body = '/namespace == "shop" || namespace == ""/ { @[pod, label("app")] = count(); print(pod == "cart"); }';
    const { identity, mapSpecs } = compiled(body);
    expect(identity).toEqual({
      fields: [{ kind: 'namespace' }, { kind: 'pod' }, { kind: 'label', key: 'app' }],
      valueBytes: 12,
      literals: ['shop', 'cart'],
    });
    expect(mapSpecs.find(({ name }) => name === INTERNAL_MAPS.identities)).toMatchObject({
      type: 'hash',
      keySize: 8,
      valueSize: 12,
      maxEntries: 16_384,
    });
  });

  test('is nothing where nobody asks', () => {
    const { identity, mapSpecs } = compiled('{ @[pid] = count(); }', levels(3));
    expect(identity).toBeUndefined();
    expect(mapSpecs.some(({ name }) => name === INTERNAL_MAPS.identities)).toBe(false);
  });

  test('has a map also where only texts are left', () => {
    const { identity, mapSpecs } = compiled('{ @x = 1 ? "a" : pod; print(@x); }');
    expect(identity).toEqual({ fields: [], valueBytes: 4, literals: ['a'] });
    expect(mapSpecs.some(({ name }) => name === INTERNAL_MAPS.identities)).toBe(true);
  });
});

test('the cgroup is looked up once, then its ancestors from the deepest', () => {
  const code = assembly('/namespace == "shop"/ { @[pod] = count(); @last = pod; }', levels(2, 4));
  expect(code.match(/call get_current_cgroup_id/g)).toHaveLength(1);
  expect(code.match(/map\[waggle_identities\]/g)).toHaveLength(3);
  expect(code.match(/r1 = \d\n +call get_current_ancestor_cgroup_id/g)?.map((text) => text[5])).toEqual(['4', '2']);
});

test('what is known of a branch is not known behind it', () => {
  const code = assembly('{ if (pid == 1) { @a = pod; } if (tid == 2) { @b = pod; } }');
  expect(code.match(/map\[waggle_identities\]/g)).toHaveLength(2);
});

test('a callback asks by itself', () => {
  const code = assembly('{ @a = pod; for $i : 0..pid { @b = pod; } }');
  expect(code.match(/map\[waggle_identities\]/g)).toHaveLength(2);
});
