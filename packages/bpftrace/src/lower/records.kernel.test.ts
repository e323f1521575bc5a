import { describe, expect, test } from 'vitest';
import { CONTEXT, LEDGER, STRING_CUT_FLAG } from '../script/compiled-script.ts';
import type { TypedStatement } from '../typed/tree.ts';
import { INT32, INT64, stringOf, UINT8, UINT16, UINT32 } from '../types/type.ts';
import { addressIn, cString, type LoadedScript, loadScript, ownComm } from './loaded-script.test-kit.ts';
import { thisKernel } from './machine-facts.test-kit.ts';
import {
  add,
  arg,
  assign,
  begin,
  binary,
  cast,
  comm,
  compileTree,
  int,
  map,
  pid,
  print,
  printf,
  read,
  record,
  SPAN,
  script,
  str,
  text,
  tid,
  tuple,
  variable,
} from './tree.test-kit.ts';

function load(...body: TypedStatement[]): LoadedScript {
  return loadScript(compileTree(script([begin(body)], []), {}, thisKernel));
}

/** u32 action, u32 zero. */
function header(action = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(action);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

function u16s(...values: number[]): Buffer {
  return Buffer.from(Uint16Array.from(values).buffer);
}

describe('records of fixed size', () => {
  test('hold their fields in natural alignment, with zeros between', () => {
    using loaded = load(printf(cast(arg(0), UINT8), cast(arg(1), UINT16), arg(2), cast(arg(3), INT32)));
    loaded.run([0x1ffn, 0x10002n, -3n, -4n]);
    const expected = Buffer.alloc(32);
    expected.writeUInt8(0xff, 8);
    expected.writeUInt16LE(2, 10);
    expected.writeBigInt64LE(-3n, 16);
    expected.writeInt32LE(-4, 24);
    expect(loaded.records()).toEqual([expected]);
  });

  test('send no constants', () => {
    using loaded = load(printf(int(5), text('hello'), arg(0)));
    loaded.run([42n]);
    expect(loaded.records()).toEqual([Buffer.concat([header(), u64(42n)])]);
  });

  test('hold short strings and tuples where they stand', () => {
    using loaded = load(print(tuple(pid, comm)), printf(comm));
    loaded.run();
    const own = Buffer.alloc(4);
    own.writeUInt32LE(process.pid);
    expect(loaded.records()).toEqual([
      Buffer.concat([header(0), own, ownComm(), Buffer.alloc(4)]),
      Buffer.concat([header(1), ownComm()]),
    ]);
  });

  test('count what a full ring buffer refuses; effects of arguments happen all the same', () => {
    const x = map('@x', INT64);
    const compiled = compileTree(
      script([begin([printf(add(x, int(1)), arg(0))])], [x]),
      { ringBytes: 4096 },
      thisKernel,
    );
    using loaded = loadScript(compiled);
    for (let i = 0; i < 200; i++) loaded.run();
    const kept = loaded.records().length;
    expect(BigInt(kept) + loaded.lost(LEDGER.ringFull)).toBe(200n);
    expect(kept).toBeLessThan(200);
    expect(loaded.scalar('map_x').readBigInt64LE()).toBe(200n);
  });
});

describe('strings', () => {
  test('are sent behind the fixed part, with no byte more than they have', () => {
    using loaded = load(printf(arg(1), str(arg(0)), str(arg(2))));
    loaded.run([cString('first'), 7n, cString('the second')]);
    const fixed = Buffer.concat([header(), u64(7n), u16s(5, 24), u16s(10, 29)]);
    expect(loaded.records()).toEqual([Buffer.concat([fixed, Buffer.from('firstthe second')])]);
  });

  test('that cannot be read are empty', () => {
    using loaded = load(printf(str(arg(0)), str(arg(1))));
    loaded.run([8n, cString('x')]);
    expect(loaded.records()).toEqual([Buffer.concat([header(), u16s(0, 16), u16s(1, 16), Buffer.from('x')])]);
  });

  test('that are too long are cut, marked and counted', () => {
    using loaded = load(printf(str(arg(0), 20), str(arg(0), 20, int(4))));
    loaded.run([cString('a'.repeat(20))]);
    loaded.run([cString('b'.repeat(21))]);
    const records = loaded.records();
    expect(records[0]).toEqual(Buffer.concat([header(), u16s(20, 16), u16s(4, 36), Buffer.from('a'.repeat(24))]));
    const cut = u16s(20 | STRING_CUT_FLAG, 16);
    expect(records[1]).toEqual(Buffer.concat([header(), cut, u16s(4, 36), Buffer.from('b'.repeat(24))]));
    expect(loaded.lost(LEDGER.stringCut)).toBe(1n);
  });

  test('of a variable length are bounded by their type', () => {
    using loaded = load(printf(str(arg(0), 64, arg(1))));
    const address = cString('0123456789');
    for (const length of [3n, 100n, -1n]) loaded.run([address, length]);
    expect(loaded.records().map((bytes) => bytes.subarray(12).toString())).toEqual(['012', '0123456789', '0123456789']);
  });

  test('come from variables and maps as well', () => {
    const s = variable('$s', stringOf(100));
    const x = map('@x', stringOf(100));
    const body = [assign(s, str(arg(0), 100)), assign(x, str(arg(1), 100)), printf(read(s), read(x))];
    using loaded = loadScript(compileTree(script([begin(body)], [x]), {}, thisKernel));
    loaded.run([cString('of a variable'), cString('of a map')]);
    const [bytes] = loaded.records();
    expect(bytes).toEqual(Buffer.concat([header(), u16s(13, 16), u16s(8, 29), Buffer.from('of a variableof a map')]));
  });

  test('as buffers have a length and no terminator', () => {
    const buffer = { kind: 'buffer', sizeBytes: 64 } as const;
    const buf = {
      kind: 'read-buffer',
      address: arg(0),
      space: 'user',
      length: arg(1),
      type: buffer,
      span: SPAN,
    } as const;
    const kept = variable('$b', buffer);
    using loaded = load(assign(kept, buf), printf(buf, read(kept)));
    loaded.run([addressIn(Buffer.from([1, 0, 2, 3, 4])), 5n]);
    const bytes = Buffer.from([1, 0, 2, 3, 4, 1, 0, 2, 3, 4]);
    expect(loaded.records()).toEqual([Buffer.concat([header(), u16s(5, 16), u16s(5, 21), bytes])]);
  });

  test('of an argv are joined', () => {
    const pointers = [cString('one'), cString('two'), 0n, cString('never')];
    using loaded = load({ kind: 'join', address: arg(0), space: 'user', delimiter: ' ', span: SPAN });
    loaded.run([addressIn(Buffer.from(BigUint64Array.from(pointers).buffer))]);
    const [bytes] = loaded.records();
    expect(bytes!.readUInt32LE(8)).toBe(2);
    expect(bytes!.readUInt16LE(12)).toBe(3);
    expect(bytes!.subarray(bytes!.readUInt16LE(14)).toString()).toBe('onetwo');
  });
});

describe('events', () => {
  const event = print(record({ path: str(arg(0)), ret: binary(arg(1), '+', int(1)), source: text('test') }));

  test('carry who did it where the options ask for it', () => {
    using loaded = loadScript(compileTree(script([begin([event])], []), { eventContext: true }, thisKernel));
    loaded.run([cString('/etc/hostname'), 2n]);
    const [bytes] = loaded.records();
    expect(bytes!.readUInt32LE(CONTEXT.pid)).toBe(process.pid);
    expect(bytes!.readUInt32LE(CONTEXT.tid)).toBeGreaterThanOrEqual(process.pid);
    expect(bytes!.readBigUInt64LE(CONTEXT.cgroupId)).toBeGreaterThan(0n);
    expect(bytes!.readBigUInt64LE(CONTEXT.timeNs)).toBeGreaterThan(0n);
    expect(bytes!.subarray(CONTEXT.comm, CONTEXT.endBytes)).toEqual(ownComm());
    const fixed = Buffer.concat([u16s(13, 64), Buffer.alloc(4), u64(3n)]);
    expect(bytes!.subarray(CONTEXT.endBytes)).toEqual(Buffer.concat([fixed, Buffer.from('/etc/hostname')]));
  });

  test('of records in variables have the same fields', () => {
    const type = record({ pid, tid, name: comm }).type;
    const r = variable('$r', type);
    using loaded = load(assign(r, record({ pid, tid, name: comm })), print(read(r)));
    loaded.run();
    const [bytes] = loaded.records();
    expect(bytes!.readUInt32LE(8)).toBe(process.pid);
    expect(bytes!.subarray(16, 32)).toEqual(ownComm());
    expect(bytes).toHaveLength(32);
  });
});

test('a division by zero is reported, and gives 1', () => {
  const compiled = compileTree(script([begin([printf(binary(arg(0), '%', arg(1)))])], []), {}, thisKernel);
  using loaded = loadScript(compiled);
  loaded.run([5n, 0n]);
  const records = loaded.records();
  expect(records.map((bytes) => compiled.actions[bytes.readUInt32LE()]!.kind).toSorted()).toEqual([
    'printf',
    'runtime-error',
  ]);
  const printed = records.find((bytes) => compiled.actions[bytes.readUInt32LE()]!.kind === 'printf');
  expect(printed!.readBigInt64LE(8)).toBe(1n);
});

test('exit sends its code and ends the probe', () => {
  const compiled = compileTree(
    script([begin([{ kind: 'exit', code: arg(0), span: SPAN }, printf(arg(0))])], []),
    {},
    thisKernel,
  );
  using loaded = loadScript(compiled);
  loaded.run([3n]);
  expect(loaded.records()).toEqual([Buffer.concat([header(), u64(3n)])]);
  expect(compiled.actions).toHaveLength(1);
});

test('many strings at once', () => {
  const strings = Array.from({ length: 6 }, (_, i) => str(arg(i)));
  using loaded = load(printf(...strings));
  loaded.run(strings.map((_, i) => cString(`string ${i}`)));
  expect(loaded.records()[0]!.subarray(32).toString()).toBe(strings.map((_, i) => `string ${i}`).join(''));
});

test('unsigned 32-bit', () => {
  using loaded = load(printf(cast(arg(0), UINT32)));
  loaded.run([-1n]);
  expect(loaded.records()[0]!.readBigUInt64LE(8)).toBe(0xffffffffn);
});
