import { describe, expect, it } from 'vitest';
import { Btf } from './btf.ts';
import { BtfWriter } from './btf-writer.ts';
import { sampleBtf } from './sample-btf.test-kit.ts';

const btf = Btf.parse(sampleBtf());

function idOf(name: string): number {
  const type = btf.find(name);
  if (type === undefined) throw new Error(`no type "${name}"`);
  return type.id;
}

describe('Btf', () => {
  it('counts types', () => {
    expect(btf.typeCount).toBe(35);
    expect(btf.byteOrder).toBe('little');
  });

  it('decodes a struct', () => {
    expect(btf.find('node', 'struct')).toMatchObject({
      kind: 'struct',
      name: 'node',
      sizeBytes: 120,
      members: [
        { name: 'next', offsetBits: 0, bitfieldSizeBits: 0 },
        { name: '', offsetBits: 64, bitfieldSizeBits: 0 },
        { name: 'flag', offsetBits: 160, bitfieldSizeBits: 1 },
        { name: 'level', offsetBits: 161, bitfieldSizeBits: 3 },
        { name: 'signed_bits', offsetBits: 164, bitfieldSizeBits: 5 },
        { name: 'name', offsetBits: 176, bitfieldSizeBits: 0 },
        { name: 'values', offsetBits: 320, bitfieldSizeBits: 0 },
        { name: 'compare', offsetBits: 704, bitfieldSizeBits: 0 },
        { name: 'color', offsetBits: 768, bitfieldSizeBits: 0 },
        { name: 'weight', offsetBits: 832, bitfieldSizeBits: 0 },
        { name: 'done', offsetBits: 896, bitfieldSizeBits: 0 },
      ],
    });
  });

  it('decodes a type once', () => {
    expect(btf.type(13)).toBe(btf.type(13));
  });

  it('finds by name and kind', () => {
    expect(btf.find('u32')?.kind).toBe('typedef');
    expect(btf.find('u32', 'struct')).toBeUndefined();
    expect(btf.find('u3')).toBeUndefined();
    expect(btf.find('32')).toBeUndefined();
    expect(btf.find('')).toBeUndefined();
    expect(btf.find('node', 'union', 'struct')?.kind).toBe('struct');
  });

  it('resolves typedefs and qualifiers', () => {
    expect(btf.resolve(idOf('u32'))).toMatchObject({ kind: 'int', name: 'unsigned int' });
  });

  it.each([
    ['unsigned int', 4],
    ['u32', 4],
    ['color', 4],
    ['point', 8],
    ['value', 8],
    ['node', 120],
    ['double', 8],
    ['secret', 8],
    ['list', 120],
  ])('tells the size of %s', (name, size) => {
    expect(btf.sizeOf(idOf(name))).toBe(size);
  });

  it('tells the size of arrays of arrays', () => {
    const node = btf.find('node', 'struct');
    const values = node?.kind === 'struct' ? node.members.find((member) => member.name === 'values') : undefined;
    expect(btf.sizeOf(values?.typeId ?? 0)).toBe(48);
  });

  it.each([['hidden'], ['visit']])('knows no size of %s', (name) => {
    expect(() => btf.sizeOf(idOf(name))).toThrow(expect.objectContaining({ code: 'no-size' }));
  });

  it('knows no size of void, and no type behind the last', () => {
    expect(() => btf.sizeOf(0)).toThrow(expect.objectContaining({ code: 'no-size' }));
    expect(() => btf.type(35)).toThrow(expect.objectContaining({ code: 'no-such-type' }));
    expect(() => btf.type(-1)).toThrow(expect.objectContaining({ code: 'no-such-type' }));
    expect(() => btf.type(1.5)).toThrow(expect.objectContaining({ code: 'no-such-type' }));
  });

  it('finds enumerators', () => {
    expect(btf.enumerator('GREEN')).toMatchObject({ name: 'GREEN', value: 5n, type: { name: 'color' } });
    expect(btf.enumerator('PURPLE')).toBeUndefined();
    expect(btf.enumerator('color')).toBeUndefined();
  });

  it('finds functions with their prototype', () => {
    expect(btf.functionNamed('visit')).toMatchObject({
      function: { kind: 'function', name: 'visit' },
      proto: { kind: 'function-proto', params: [{ name: 'node' }, { name: 'depth', typeId: 2 }] },
    });
    expect(btf.functionNamed('node')).toBeUndefined();
  });

  it('lists all types of a kind', () => {
    expect(Array.from(btf.allOf('variable'), (type) => ('name' in type ? type.name : ''))).toEqual(['secret', 'list']);
    expect([...btf.namesOf('struct')]).toEqual([
      { id: 5, name: 'point' },
      { id: 12, name: '' },
      { id: 13, name: 'node' },
    ]);
  });

  it('gives the same answers after many questions, when it has built its index', () => {
    const names = ['node', 'u32', 'visit', 'no such', 'double', 'point'];
    const fresh = Btf.parse(sampleBtf());
    const first = names.map((name) => fresh.find(name)?.id);
    for (let i = 0; i < 20; i++) expect(names.map((name) => fresh.find(name)?.id)).toEqual(first);
  });

  it('tells all types of a name, tags only if asked for', () => {
    const writer = new BtfWriter();
    const typeId = writer.add({ kind: 'struct', name: 'twin', sizeBytes: 0, members: [] });
    writer.add({ kind: 'decl-tag', name: 'tag', typeId, componentIndex: -1 });
    writer.add({ kind: 'struct', name: 'twin', sizeBytes: 4, members: [] });
    writer.add({ kind: 'forward', name: 'twin', union: false });
    const twins = Btf.parse(writer.finish());
    for (let i = 0; i < 20; i++) {
      expect(twins.findAll('twin', 'struct').map((type) => type.id)).toEqual([1, 3]);
      expect(twins.findAll('twin').map((type) => type.id)).toEqual([1, 3, 4]);
      expect(twins.find('tag')).toBeUndefined();
      expect(twins.find('tag', 'decl-tag')).toMatchObject({ kind: 'decl-tag', componentIndex: -1 });
    }
  });

  it('finds names that share the end of another', () => {
    const writer = new BtfWriter();
    writer.add({
      kind: 'int',
      name: 'unsigned int',
      sizeBytes: 4,
      signed: false,
      char: false,
      bool: false,
      bits: 32,
      offsetBits: 0,
    });
    const bytes = writer.finish('little');
    new DataView(bytes.buffer).setUint32(24, 'unsigned '.length + 1, true);
    const shared = Btf.parse(bytes);
    for (let i = 0; i < 20; i++) expect(shared.find('int')?.id).toBe(1);
  });

  it('reads a blob at any address', () => {
    const sample = sampleBtf();
    const shifted = new Uint8Array(sample.length + 1);
    shifted.set(sample, 1);
    expect(Btf.parse(shifted.subarray(1)).find('node')).toEqual(btf.find('node'));
  });

  it('reads a module split off from a base', () => {
    const module = Btf.parse(splitBlob(), btf);
    expect(module.typeCount).toBe(37);
    expect(module.find('mine')).toMatchObject({ id: 35, members: [{ name: 'x', typeId: 13 }] });
    expect(module.find('node')).toBe(btf.find('node'));
    expect(module.find('point', 'typedef')).toMatchObject({ id: 36, typeId: 35 });
    expect(module.findAll('point').map((type) => type.id)).toEqual([5, 36]);
    expect(module.sizeOf(36)).toBe(120);
    expect(Array.from(module.allOf('typedef'), (type) => type.id)).toEqual([2, 36]);
    expect(module.enumerator('GREEN')?.value).toBe(5n);
  });
});

/** `struct mine { struct node x; }; typedef struct mine point;`, whose names `x` and `point` are the base's. */
function splitBlob(): Uint8Array {
  const base = sampleBtf();
  const header = new DataView(base.buffer);
  const baseStrings = base.subarray(24 + header.getUint32(16, true));
  const nameAt = (name: string) => new TextDecoder().decode(baseStrings).indexOf(`\0${name}\0`) + 1;
  const own = new TextEncoder().encode('mine\0');
  const words = [baseStrings.length, 0x0400_0001, 120, nameAt('x'), 13, 0, nameAt('point'), 0x0800_0000, 35];
  const bytes = new Uint8Array(24 + words.length * 4 + own.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  for (const [i, word] of [24, 0, words.length * 4, words.length * 4, own.length, ...words].entries()) {
    view.setUint32(4 + i * 4, word, true);
  }
  bytes.set(own, 24 + words.length * 4);
  return bytes;
}
