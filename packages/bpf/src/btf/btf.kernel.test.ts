import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { assemble } from '../asm/assemble.ts';
import * as asm from '../asm/builders.ts';
import { bpfAttr, bpfFd } from '../sys/bpf.ts';
import { openDescriptors } from '../sys/fd.ts';
import { Btf } from './btf.ts';
import { BtfWriter } from './btf-writer.ts';
import { findMember } from './find-member.ts';
import { printType } from './print-type.ts';
import { LOOP_CALLBACK_PROTO, MAP_CALLBACK_PROTO, programBtf } from './program-btf.ts';

afterEach(() => {
  expect(openDescriptors()).toEqual([]);
});

function load(blob: Uint8Array): void {
  bpfFd('cannot load BTF', 'BPF_BTF_LOAD', bpfAttr(32).pointer(0, blob).u32(16, blob.length), 'BTF').close();
}

describe("the kernel's own types", () => {
  const btf = Btf.parse(readFileSync('/sys/kernel/btf/vmlinux'));

  it('are all written again as they were', () => {
    const writer = new BtfWriter();
    const types = [];
    for (let id = 1; id < btf.typeCount; id++) {
      const type = btf.type(id);
      if (type.kind === 'void') throw new Error(`type ${id} is void`);
      types.push(type);
      writer.add(type);
    }
    const again = Btf.parse(writer.finish());
    expect(again.typeCount).toBe(btf.typeCount);
    // Compared as text, as a matcher would take minutes for a hundred thousand objects.
    const text = (type: unknown) =>
      JSON.stringify(type, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
    expect(types.filter((type) => text(again.type(type.id)) !== text(type))).toEqual([]);
  });

  it('have the members, functions and constants that every kernel has', () => {
    const task = btf.find('task_struct', 'struct')?.id ?? 0;
    const comm = findMember(btf, task, 'comm');
    expect(printType(btf, comm?.typeId ?? 0)).toBe('char[16]');
    expect(printType(btf, findMember(btf, task, 'se.vruntime')?.typeId ?? 0)).toBe('u64');
    expect(btf.enumerator('BPF_PROG_TYPE_TRACING')?.value).toBe(26n);
    expect(btf.functionNamed('schedule')?.proto.params).toEqual([]);
    expect(btf.sizeOf(btf.find('u64', 'typedef')?.id ?? 0)).toBe(8);
  });

  it('are found alike by the walk and by the index', () => {
    const names = ['task_struct', 'sock', 'int', 'vfs_read', 'no such type', 'inode', 'btf_trace_sched_switch'];
    const fresh = () => Btf.parse(readFileSync('/sys/kernel/btf/vmlinux'));
    const walked = names.map((name) =>
      fresh()
        .findAll(name)
        .map((type) => type.id),
    );
    for (let i = 0; i < 10; i++) btf.find('no such type');
    expect(names.map((name) => btf.findAll(name).map((type) => type.id))).toEqual(walked);
  });
});

describe('BTF of a program', () => {
  it('is accepted by the kernel', () => {
    const source = { line: 1, column: 1, text: 'tracepoint:sched:sched_switch { @[comm] = count(); }' };
    const program = assemble([
      { ...asm.mov64Imm(0, 0), source },
      asm.exit(),
      asm.functionLabel('loop'),
      asm.exit(),
      asm.functionLabel('for each'),
      asm.exit(),
    ]);
    const protos = [undefined, LOOP_CALLBACK_PROTO, MAP_CALLBACK_PROTO];
    const functions = program.functions.map(({ label, insnOffset }, i) => {
      const proto = protos[i];
      return { name: label || 'tracepoint:sched', insnOffset, ...(proto && { proto }) };
    });
    load(programBtf({ functions, sources: program.sources, fileName: 'a b.bt' }).btf);
  });

  it('of every kind is accepted by the kernel', () => {
    const writer = new BtfWriter();
    const encoding = { char: false, bool: false, bits: 32, offsetBits: 0 };
    const int = writer.add({ kind: 'int', name: 'int', sizeBytes: 4, signed: true, ...encoding });
    const pointer = writer.add({ kind: 'pointer', typeId: int });
    const array = writer.add({ kind: 'array', elementId: int, indexId: int, length: 2 });
    const member = (name: string, typeId: number, offsetBits: number, bitfieldSizeBits: number) => {
      return { name, typeId, offsetBits, bitfieldSizeBits };
    };
    const members = [member('a', int, 0, 3), member('b', pointer, 64, 0), member('c', array, 128, 0)];
    const struct = writer.add({ kind: 'struct', name: 's', sizeBytes: 24, members });
    writer.add({ kind: 'union', name: 'u', sizeBytes: 8, members: [member('a', int, 0, 0)] });
    writer.add({ kind: 'enum', name: 'e', sizeBytes: 4, signed: true, values: [{ name: 'A', value: -1n }] });
    writer.add({ kind: 'enum', name: 'f', sizeBytes: 8, signed: false, values: [{ name: 'B', value: 2n ** 40n }] });
    writer.add({ kind: 'forward', name: 'g', union: true });
    writer.add({ kind: 'typedef', name: 't', typeId: struct });
    writer.add({ kind: 'const', typeId: int });
    writer.add({ kind: 'float', name: 'double', sizeBytes: 8 });
    const tag = writer.add({ kind: 'type-tag', name: 'user', typeId: int });
    writer.add({ kind: 'pointer', typeId: tag });
    writer.add({ kind: 'decl-tag', name: 'tag', typeId: struct, componentIndex: 1 });
    const typeId = writer.add({ kind: 'variable', name: 'v', typeId: struct, linkage: 'static' });
    writer.add({ kind: 'section', name: '.data', sizeBytes: 24, variables: [{ typeId, offset: 0, sizeBytes: 24 }] });
    load(writer.finish());
  });
});
