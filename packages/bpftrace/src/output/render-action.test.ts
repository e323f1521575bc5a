import { describe, expect, test } from 'vitest';
import type { Action, RecordLayout } from '../script/compiled-script.ts';
import { parseFormat } from '../script/format-string.ts';
import { SourceText } from '../source/source-text.ts';
import { INT64, INTERNED, type StackType, type Type, UINT32 } from '../types/type.ts';
import { formatStack } from './format-stack.ts';
import { type ActionContext, type OutputFormat, renderAction, renderMap } from './render-action.ts';
import type { RenderContext } from './render-context.ts';
import { renderAttached, renderFinalMaps, renderLostEvents } from './render-final-maps.ts';
import { runtimeErrorDiagnostic } from './runtime-error-diagnostic.ts';
import type { Value } from './value.ts';

const FRAMES = [0xffffffff81f0582an, 0x1000n];

const render: RenderContext = {
  kernelSymbol: (address) => (address > 0xffff_ffffn ? { name: 'do_work', offset: 106n } : undefined),
  userSymbol: (pid, address) =>
    address > 0xffff_ffffn ? { name: `main_${pid}`, offset: 25n, module: '/bin/a\u001b' } : undefined,
  stack: (_type, id) => (id === 5n ? FRAMES : undefined),
  userName: (uid) => (uid === 0 ? 'root' : undefined),
  cgroupPath: (id) => (id === 7n ? 'unified:/pod' : undefined),
  internedText: (id) => ({ 1: 'web', 2: 'cart' })[id],
  wallClockNs: (_clock, ns) => ns,
  nowMs: () => new Date(2026, 0, 4, 9, 5, 7).getTime(),
};

const context = (format: OutputFormat, terminal = false): ActionContext => ({
  format,
  render,
  options: { escape: terminal, nonAscii: 'utf-8' },
  source: new SourceText('stdin', 'BEGIN {\n  @ = 1 / 0;\n}'),
  snapshot: (name) => ({ name, value: INT64, entries: [] }),
  readFile: (path) => (path === '/etc/motd' ? 'hi\u001b\n\tthere\n' : undefined),
  runCommand: (command) => `ran ${command}\n`,
});

const TEXT: Type = { kind: 'string', sizeBytes: 64 };
const layoutOf = (...types: Type[]): RecordLayout => ({
  context: false,
  fixedBytes: 8,
  maxBytes: 8,
  fields: types.map((type, index) => ({ name: `f${index}`, type, place: { kind: 'inline', offset: 8 } })),
});

function format(text: string) {
  const parsed = parseFormat(text);
  if ('error' in parsed) throw new Error(parsed.error.message);
  return parsed.format;
}

const span = { start: 14, end: 19 };

describe.each<[string, Action, Value[], string, string]>([
  [
    'join',
    { kind: 'join', delimiter: ' ', layout: layoutOf(UINT32, TEXT, TEXT, TEXT) },
    [2, 'ls', '-l', ''],
    'ls -l\n',
    '{"type": "join", "data": "ls -l"}\n',
  ],
  [
    'cat',
    { kind: 'cat', format: format('/etc/%s'), layout: layoutOf(TEXT) },
    ['motd'],
    'hi\u001b\n\tthere\n',
    '{"type": "cat", "data": "hi\\u001b\\n\\tthere\\n"}\n',
  ],
  ['cat of nothing', { kind: 'cat', format: format('/none'), layout: layoutOf() }, [], '', ''],
  [
    'system',
    { kind: 'system', format: format('echo %d'), layout: layoutOf(INT64) },
    [5n],
    'ran echo 5\n\n',
    '{"type": "syscall", "data": "ran echo 5\\n"}\n',
  ],
  [
    'time',
    { kind: 'time', format: '%H:%M:%S\n', layout: layoutOf() },
    [],
    '09:05:07\n',
    '{"type": "time", "data": "09:05:07\\n"}\n',
  ],
  [
    'event',
    { kind: 'event', layout: layoutOf(UINT32, TEXT) },
    [1, 'x'],
    '{ .f0 = 1, .f1 = x }\n',
    '{"type": "value", "data": {"f0": 1, "f1": "x"}}\n',
  ],
  [
    'print of a scalar that was never set',
    { kind: 'print-map', map: '@x', layout: layoutOf() },
    [],
    '@x: 0\n',
    '{"type": "map", "data": {"@x": 0}}\n',
  ],
  ['exit', { kind: 'exit', layout: layoutOf(INT64) }, [0n], '', ''],
  [
    'runtime error',
    { kind: 'runtime-error', message: 'Divided by 0.', span, layout: layoutOf(INT64) },
    [0n],
    '',
    '{"type": "runtime_error", "msg": "Divided by 0.", "filename": "stdin", "line": 2, "col": 7}\n',
  ],
  [
    'helper error',
    { kind: 'runtime-error', message: '', helper: 'map_update_elem', span, layout: layoutOf(INT64) },
    [-7n],
    '',
    '{"type": "helper_error", "msg": "Argument list too long", "helper": "map_update_elem", "retcode": -7, "filename": "stdin", "line": 2, "col": 7}\n',
  ],
  [
    'cgroup path',
    { kind: 'print-value', layout: layoutOf({ kind: 'cgroup-path' }) },
    [7n],
    'unified:/pod\n',
    '{"type": "value", "data": "unified:/pod"}\n',
  ],
  [
    'interned text',
    { kind: 'event', layout: layoutOf(INTERNED, { kind: 'tuple', elements: [INTERNED, INTERNED] }) },
    [1, [2, 0]],
    '{ .f0 = web, .f1 = (cart, <none>) }\n',
    '{"type": "value", "data": {"f0": "web", "f1": ["cart",null]}}\n',
  ],
  [
    'padded interned text',
    { kind: 'printf', format: format('%-8s|%8s|%s\n'), layout: layoutOf(INTERNED, INTERNED, INTERNED) },
    [1, 2, 99],
    'web     |    cart|<none>\n',
    '{"type": "printf", "data": "web     |    cart|<none>\\n"}\n',
  ],
  [
    'unknown user',
    { kind: 'print-value', layout: layoutOf({ kind: 'username' }) },
    [1000n],
    '1000\n',
    '{"type": "value", "data": "1000"}\n',
  ],
])('%s', (_name, action, fields, text, json) => {
  test('text', () => expect(renderAction(action, fields, context('text'))).toBe(text));
  test('json', () => expect(renderAction(action, fields, context('json'))).toBe(json));
});

test('maps are in the order of their texts, not of the numbers', () => {
  const keys = [1, 2, 0].map((text, i) => ({ key: [text, i], keyBytes: Uint8Array.of(text, i) }));
  const entries = keys.map((key) => ({ ...key, value: { kind: 'value', value: key.key[0]! } as const }));
  const map = { name: '@', key: { kind: 'tuple', elements: [INTERNED, UINT32] }, value: INTERNED, entries } as const;
  expect(renderMap(map, {}, context('text'))).toBe('@[<none>, 2]: <none>\n@[cart, 1]: cart\n@[web, 0]: web\n');
  expect(renderMap(map, { top: 1 }, context('json'))).toBe('{"type": "map", "data": {"@": {"web,0": "web"}}}\n');
});

test('on a terminal, traced strings are escaped, and the script is not', () => {
  const action: Action = { kind: 'printf', format: format('\u001b[1m%s|%3s\n'), layout: layoutOf(TEXT, TEXT) };
  expect(renderAction(action, ['\u001b[2J\n', 'a'], context('text', true))).toBe('\u001b[1m\\x1b[2J\\x0a|  a\n');
});

test('files keep their lines on a terminal', () => {
  const action: Action = { kind: 'cat', format: format('/etc/motd'), layout: layoutOf() };
  expect(renderAction(action, [], context('text', true))).toBe('hi\\x1b\n\tthere\n');
});

test('a `*` takes no value', () => {
  const action: Action = {
    kind: 'printf',
    format: format('[%*d][%*s]\n'),
    layout: layoutOf(INT64, TEXT),
  };
  expect(renderAction(action, [42n, 'a'], context('text'))).toBe('[42][a]\n');
});

test.each<[StackType['kind'], StackType['mode'], string]>([
  ['kstack', 'bpftrace', '\n        do_work+106\n        0x1000\n'],
  ['kstack', 'perf', '\n\tffffffff81f0582a do_work+106\n\t1000 0x1000\n'],
  ['kstack', 'raw', '\nffffffff81f0582a\n1000\n'],
  ['ustack', 'bpftrace', '\n        main_9+25\n        0x1000\n'],
  ['ustack', 'perf', '\n\tffffffff81f0582a main_9+25 (/bin/a\\x1b)\n\t1000 0x1000 ([unknown])\n'],
])('%s in mode %s', (kind, mode, text) => {
  const options = { escape: true, nonAscii: 'utf-8' } as const;
  const type: StackType = { kind, mode, limit: 127 };
  expect(formatStack(type, { id: 5n, pid: 9, probe: 0 }, render, options)).toBe(text);
  expect(formatStack(type, { id: -14n, pid: 9, probe: 0 }, render, options)).toBe('\n');
});

test('what comes at the end', () => {
  const maps = ['@b', '@a'].map((name) => ({
    name,
    value: INT64,
    entries: [{ keyBytes: new Uint8Array(0), value: { kind: 'value', value: 1n } as const }],
  }));
  expect(renderFinalMaps(maps, context('text'))).toBe('\n\n@a: 1\n@b: 1\n');
  expect(renderFinalMaps([], context('text'))).toBe('\n\n');
  expect(renderFinalMaps(maps, context('json'))).toBe(
    '{"type": "map", "data": {"@a": 1}}\n{"type": "map", "data": {"@b": 1}}\n',
  );
});

test('probes and losses', () => {
  expect([renderAttached(1, 'text'), renderAttached(2, 'text')]).toEqual(['Attached 1 probe\n', 'Attached 2 probes\n']);
  expect(renderAttached(2, 'json')).toBe('{"type": "attached_probes", "count": 2, "data": {"probes": 2}}\n');
  expect(renderLostEvents(3n, 'text')).toBe('Lost 3 events\n');
  expect(renderLostEvents(3n, 'json')).toBe('{"type": "lost_events", "count": 3, "data": {"events": 3}}\n');
});

test.each([
  [
    'map_update_elem',
    -7n,
    /^Map full; can't update element\..*\nAdditional Info - helper: map_update_elem, retcode: -7$/,
  ],
  ['map_delete_elem', -2n, /^Can't delete map element because it does not exist\.\n/],
  ['probe_read_user', -14n, /^Bad address\n/],
])('a failed %s in words', (helper, result, message) => {
  const said = runtimeErrorDiagnostic(
    { kind: 'runtime-error', message: '', helper, span, layout: layoutOf(INT64) },
    result,
  );
  expect(said).toMatchObject({ severity: 'warning', span });
  expect(said.message).toMatch(message);
});
