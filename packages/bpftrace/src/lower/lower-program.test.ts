import { formatInstructions } from '@waggle/bpf/asm';
import { describe, expect, test } from 'vitest';
import type { CompileOptions } from '../compile-options.ts';
import type { TypedScript } from '../typed/tree.ts';
import { INT64, UINT32, UINT64 } from '../types/type.ts';
import {
  add,
  aggregate,
  arg,
  assign,
  begin,
  binary,
  builtin,
  comm,
  compare,
  compileTree,
  evaluate,
  forRange,
  int,
  map,
  pid,
  printf,
  read,
  SPAN,
  script,
  str,
  testFacts,
  text,
  tid,
  tuple,
  variable,
} from './tree.test-kit.ts';

/** The first program as text, without what says where it comes from. */
function assembly(typed: TypedScript, options: CompileOptions = {}): string {
  const { instructions } = compileTree(typed, options).programs[0]!.spec;
  const lines = formatInstructions(instructions.map(({ source: _source, ...instruction }) => instruction));
  return lines.trim();
}

/** What is run where nothing is rare: up to the first `exit`. */
function straightOn(code: string): string[] {
  const lines = code.split('\n').map((line) => line.trim().replace(/goto main\.\d+/, 'goto …'));
  return lines.slice(1, lines.indexOf('exit') + 1).filter((line) => !line.endsWith(':'));
}

test('a scalar map is written without a lookup', () => {
  const x = map('@x', INT64);
  expect(straightOn(assembly(script([begin([evaluate(add(x, int(1)))])], [x])))).toEqual([
    'r1 = map[map_x][0]+0 ll',
    'r2 = 1',
    'lock *(u64 *)(r1 +0) += r2',
    'r1 = map[map_x][0]+8 ll',
    '*(u64 *)(r1 +0) = 1',
    'r0 = 0',
    'exit',
  ]);
});

test('a count by key is a lookup and a plain add', () => {
  const x = map('@x', { kind: 'count' }, UINT32);
  expect(straightOn(assembly(script([begin([aggregate(x, undefined, pid)])], [x])))).toEqual([
    'call get_current_pid_tgid',
    'r0 >>= 32',
    '*(u32 *)(r10 -8) = r0',
    'r1 = map[map_x] ll',
    'r2 = r10',
    'r2 += -8',
    'call map_lookup_elem',
    'if r0 == 0 goto …',
    'r1 = *(u64 *)(r0 +0)',
    'r1 += 1',
    '*(u64 *)(r0 +0) = r1',
    'r0 = 0',
    'exit',
  ]);
});

test('a record of fixed size is filled in the ring buffer', () => {
  expect(straightOn(assembly(script([begin([printf(arg(0), arg(1))])], [])))).toEqual([
    'r6 = r1',
    'r1 = map[waggle_ring] ll',
    'r2 = 24',
    'r3 = 0',
    'call ringbuf_reserve',
    'if r0 == 0 goto …',
    '*(u64 *)(r0 +0) = 0',
    'r1 = *(u64 *)(r6 +0)',
    '*(u64 *)(r0 +8) = r1',
    'r1 = *(u64 *)(r6 +8)',
    '*(u64 *)(r0 +16) = r1',
    'r1 = r0',
    'r2 = 0',
    'call ringbuf_submit',
    'r0 = 0',
    'exit',
  ]);
});

describe('the guard', () => {
  const x = map('@x', INT64);
  const typed = script([begin([evaluate(add(x, int(1)))], { guard: 'current' })], [x]);

  test('is not there where the whole host is traced', () => {
    expect(assembly(typed)).not.toContain('call');
  });

  test('looks the cgroup up in the target set', () => {
    expect(straightOn(assembly(typed, { guard: { cgroupLevels: [2] } })).slice(0, 8)).toEqual([
      'r1 = 2',
      'call get_current_ancestor_cgroup_id',
      '*(u64 *)(r10 -8) = r0',
      'r1 = map[waggle_targets] ll',
      'r2 = r10',
      'r2 += -8',
      'call map_lookup_elem',
      'if r0 != 0 goto …',
    ]);
  });

  test('compares the ids of a small target that stays as it is', () => {
    const code = assembly(typed, { guard: { cgroupLevels: [2], cgroupIds: [77n, 1n << 40n] } });
    expect(straightOn(code).slice(0, 2)).toEqual(['r1 = 2', 'call get_current_ancestor_cgroup_id']);
    expect(code).toContain('if r0 == 77 goto');
    expect(code).toContain('= 0x10000000000 ll');
    expect(code).not.toContain('waggle_targets');
  });

  test('compares pids and comm with constants', () => {
    const code = assembly(typed, { guard: { pids: [7], comm: 'sh' } });
    expect(code).toContain('if r0 != 7 goto');
    expect(code).toContain(`if r1 != ${'s'.charCodeAt(0) + 256 * 'h'.charCodeAt(0)} goto`);
    expect(code).not.toContain('waggle_targets');
  });
});

test('the predicate comes before scratch memory is asked for', () => {
  const body = [printf(str(arg(0)))];
  const code = assembly(script([begin(body, { predicate: binary(pid, '==', int(5, UINT32)) })], []));
  expect(code.indexOf('if r0 != 5')).toBeLessThan(code.indexOf('waggle_scratch'));
});

test('pid and tid are asked for once', () => {
  const [x, y] = [map('@x', UINT32), map('@y', UINT32)];
  const code = assembly(script([begin([assign(x, pid), assign(y, tid)])], [x, y]));
  expect(code.match(/get_current_pid_tgid/g)).toHaveLength(1);
});

test('a str that is compared with a constant reads no more than it needs', () => {
  const x = map('@x', INT64);
  const body = [assign(x, compare(str(arg(0)), text('/bin/sh')))];
  expect(assembly(script([begin(body)], [x]))).toContain('r2 = 9\n  call probe_read_user_str');
});

test('short text is compared by words', () => {
  const x = map('@x', INT64);
  const code = assembly(script([begin([assign(x, compare(comm, text('sh')))])], [x]));
  expect(code.match(/= \*\(u64 \*\)\(r10/g)).toHaveLength(1);
});

test('maps with deleted keys are written without a lookup before', () => {
  const [x, y] = [map('@x', UINT64, UINT32), map('@y', UINT64, UINT32)];
  const body = [
    assign(x, builtin('nsecs'), tid),
    evaluate({ kind: 'delete', map: x, key: tid, type: INT64, span: SPAN }),
    assign(y, builtin('nsecs'), tid),
  ];
  const code = assembly(script([begin(body)], [x, y]));
  const calls = code.match(/map\[map_.\] ll|call map_\w+/g)!;
  expect(calls.slice(0, 2)).toEqual(['map[map_x] ll', 'call map_update_elem']);
  expect(calls.slice(4, 6)).toEqual(['map[map_y] ll', 'call map_lookup_elem']);
});

test('what does not fit the frame goes to scratch memory', () => {
  const value = tuple(arg(0), comm, arg(1));
  const variables = Array.from({ length: 20 }, (_, i) => variable(`$x${i}`, value.type));
  const x = map('@x', value.type);
  const few = script([begin(variables.slice(0, 2).flatMap((v) => [assign(v, value), assign(x, read(v))]))], [x]);
  expect(assembly(few)).not.toContain('waggle_scratch');
  const many = [...variables.map((v) => assign(v, value)), ...variables.map((v) => assign(x, read(v)))];
  expect(assembly(script([begin(many)], [x]))).toContain('waggle_scratch');
});

test('a probe that needs too much stack is reported', () => {
  const numbers = Array.from({ length: 200 }, (_, i) => variable(`$x${i}`, INT64));
  const x = map('@x', INT64);
  const body = [...numbers.map((v) => assign(v, builtin('nsecs'))), ...numbers.map((v) => evaluate(add(x, read(v))))];
  expect(() => assembly(script([begin(body)], [x]))).toThrow(
    /stack-limit: the probe needs \d+ bytes of stack, the kernel gives 512/,
  );
});

test('helpers that the kernel does not have are named', () => {
  const x = map('@x', UINT64);
  const typed = script([begin([assign(x, builtin('nsecs_tai'))])], [x]);
  expect(() => compileTree(typed, {}, testFacts({ kernelVersion: [5, 15] }))).toThrow(
    'kernel-too-old: the probe calls bpf_ktime_get_tai_ns, which needs Linux 6.1; this is 5.15',
  );
});

test('loops that need bpf_loop say so on older kernels', () => {
  const i = variable('$i');
  const typed = script([begin([forRange(i, int(0), arg(0))])], []);
  expect(() => compileTree(typed, {}, testFacts({ kernelVersion: [5, 15] }))).toThrow(
    /kernel-too-old: .* needs Linux 5.17/,
  );
});
