import { describe, expect, test } from 'vitest';
import { type IdentityField, INTERNAL_MAPS } from '../script/compiled-script.ts';
import { loadScript, wordsOf } from './loaded-script.test-kit.ts';
import { compileText, machineFacts } from './machine-facts.test-kit.ts';
import { cgroupId, NestedCgroup } from './nested-cgroup.test-kit.ts';
import { identityName } from './script-state.ts';
import { type StartedScript, startScripts } from './started-script.test-kit.ts';

const facts = machineFacts();
/** Knows a program to be probed, which only loading needs. */
const withApp = {
  ...facts,
  resolveBinary: () => '/bin/app',
  userFunctions: () => [{ name: 'main', fileOffset: 4096 }],
};
const { start, stop } = startScripts(facts);

/** Texts that only the table of this test knows, from number 100 on. */
const TEXTS = ['shop', 'cart-1', 'app', 'deploy/cart', 'node-a', 'cart', 'other'];

/** Says of a cgroup what it is; fields that are not named are none. */
function identify({ maps, script }: StartedScript, folder: string, meaning: Readonly<Record<string, string>>): void {
  const { fields, valueBytes, literals } = script.identity!;
  const value = Buffer.alloc(valueBytes);
  fields.forEach((field: IdentityField, i) => {
    const text = meaning[identityName(field)];
    if (text === undefined) return;
    const literal = literals.indexOf(text);
    value.writeUInt32LE(literal < 0 ? 100 + TEXTS.indexOf(text) : literal + 1, 4 * i);
  });
  maps.get(INTERNAL_MAPS.identities)!.update(cgroupId(folder), value);
}

function textOf({ script }: StartedScript, id: number): string {
  return id === 0 ? '' : (script.identity!.literals[id - 1] ?? TEXTS[id - 100]!);
}

const CART = { pod: 'cart-1', namespace: 'shop', workload: 'deploy/cart', node: 'node-a', 'label app': 'cart' };
const PROBE = 'tracepoint:syscalls:sys_enter_chdir';
const LEVELS = { identity: { levels: [1, 2] } };

/** A process in the inner cgroup changes its folder. */
const act = (cgroup: NestedCgroup) => cgroup.run('sh -c "cd /"');

/** Keys of u32 texts, in order, and how often each was counted. */
function counts(running: StartedScript, map: string): Record<string, bigint> {
  const entries = [...running.entries(map)].map(([hex, words]) => {
    const key = Buffer.from(hex, 'hex');
    const texts = Array.from({ length: key.length / 4 }, (_, i) => textOf(running, key.readUInt32LE(4 * i)));
    return [texts.join(' '), words.reduce((sum, word) => sum + word, 0n)] as const;
  });
  return Object.fromEntries(entries);
}

describe('who did it', () => {
  test('is a key of maps that are counted in the kernel', () => {
    using cgroup = new NestedCgroup();
    const body =
      '{ @[pod, label("app"), node, container] = count(); @[workload, label("none"), namespace, pod] = count(); }';
    using running = start(`${PROBE} /pod == "cart-1"/ ${body}`, LEVELS);
    identify(running, cgroup.inner, CART);
    act(cgroup);
    act(cgroup);
    stop();
    expect(counts(running, 'map_')).toEqual({ 'cart-1 cart node-a ': 2n, 'deploy/cart  shop cart-1': 2n });
  });

  test.each([
    ['namespace == "shop"', 1n],
    ['"shop" == namespace', 1n],
    ['namespace == "other"', 0n],
    ['namespace != "other" && namespace != ""', 1n],
    ['pod == "cart-1" && label("app") == "cart"', 1n],
    ['label("tier") == "" && pod', 1n],
    ['!label("tier") && pod == "cart-1"', 1n],
    ['(namespace, pod) == ("shop", "cart-1")', 1n],
    ['(namespace == "shop" ? workload : pod) == "deploy/cart"', 1n],
  ])('is filtered by: %s', (condition, expected) => {
    using cgroup = new NestedCgroup();
    using running = start(`${PROBE} /label("mine") == "yes" && (${condition})/ { @ = count(); }`, LEVELS);
    identify(running, cgroup.inner, { ...CART, 'label mine': 'yes' });
    act(cgroup);
    stop();
    expect(wordsOf(running.scalar('map_')).reduce((sum, word, i) => (i % 2 === 0 ? sum + word : sum), 0n)).toBe(
      expected,
    );
  });

  test('is that of the nearest ancestor which is known', () => {
    using cgroup = new NestedCgroup();
    const text = `${PROBE} /label("mine") == "yes"/ { @[pod] = count(); }`;
    for (const [levels, known, seen] of [
      [[1], 'outer', true],
      [[1, 2], 'outer', true],
      [[2], 'outer', false],
      [[], 'outer', false],
      [[], 'inner', true],
      [[3, 1], 'outer', true],
    ] as const) {
      using running = start(text, { identity: { levels } });
      identify(running, cgroup[known], { pod: 'cart-1', 'label mine': 'yes' });
      act(cgroup);
      stop();
      expect(counts(running, 'map_')).toEqual(seen ? { 'cart-1': 1n } : {});
    }
  });

  test('of the cgroup itself comes before that of its ancestors', () => {
    using cgroup = new NestedCgroup();
    using running = start(`${PROBE} /label("mine") == "yes"/ { @[pod, container] = count(); }`, LEVELS);
    identify(running, cgroup.outer, { pod: 'other', 'label mine': 'yes' });
    identify(running, cgroup.inner, { pod: 'cart-1', container: 'app', 'label mine': 'yes' });
    act(cgroup);
    stop();
    expect(counts(running, 'map_')).toEqual({ 'cart-1 app': 1n });
  });

  test('is kept in variables, values and records', () => {
    using cgroup = new NestedCgroup();
    using running = start(
      `${PROBE} /label("mine") == "yes"/ {
        $p = pod; @pod = $p; @all[pid] = (namespace, $p);
        print((pod = $p, ns = namespace, was = @pod, second = @all[pid].1));
        for $i : 0..pid { if ($i > 3) { break; } @loop[namespace] = count(); }
      }`,
      LEVELS,
    );
    identify(running, cgroup.inner, { ...CART, 'label mine': 'yes' });
    act(cgroup);
    stop();
    const [record] = running.records();
    const texts = [8, 12, 16, 20].map((at) => textOf(running, record!.readUInt32LE(at)));
    expect(texts).toEqual(['cart-1', 'shop', 'cart-1', 'cart-1']);
    expect(textOf(running, Number(wordsOf(running.scalar('map_pod'))[0]))).toBe('cart-1');
    expect(counts(running, 'map_loop')).toEqual({ shop: 4n });
  });

  test.each([
    'tracepoint:syscalls:sys_enter_chdir',
    'rawtracepoint:sys_enter',
    'kprobe:vfs_read',
    'kretprobe:vfs_read',
    'uprobe:app:main',
    'uretprobe:app:main',
    'profile:hz:99',
    'software:faults:1000',
    'interval:s:1',
    'begin',
  ])('can be asked in programs of %s', (probe) => {
    const script = compileText(`${probe} { @[pod, label("app")] = count(); }`, withApp, LEVELS);
    loadScript(script)[Symbol.dispose]();
  });
});
