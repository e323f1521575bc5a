import { describe, expect, it } from 'vitest';
import { Btf } from './btf.ts';
import { BtfWriter } from './btf-writer.ts';
import { findMember } from './find-member.ts';
import { printDefinition } from './print-definition.ts';
import { printDeclaration, printType } from './print-type.ts';
import { sampleBtf } from './sample-btf.test-kit.ts';

const btf = Btf.parse(sampleBtf());

function idOf(name: string): number {
  return btf.find(name)?.id ?? 0;
}

describe('printType', () => {
  it.each([
    ['next', 'struct node *'],
    ['name', 'char[16]'],
    ['values', 'volatile union value[3][2]'],
    ['compare', 'int (*)(const struct node *, const struct node *, ...)'],
    ['color', 'enum color'],
    ['low', 'u32'],
    ['done', '_Bool'],
  ])('spells the type of node.%s', (member, spelling) => {
    const place = findMember(btf, idOf('node'), member);
    expect(printType(btf, place?.typeId ?? 0)).toBe(spelling);
  });

  it('spells functions, variables and void', () => {
    expect(printType(btf, idOf('visit'))).toBe('int visit(struct node *restrict node, u32 depth)');
    expect(printType(btf, idOf('secret'))).toBe('struct hidden *secret');
    expect(printType(btf, 0)).toBe('void');
  });

  it('puts brackets, stars and qualifiers where C wants them', () => {
    const writer = new BtfWriter();
    const char = writer.add({
      kind: 'int',
      name: 'char',
      sizeBytes: 1,
      signed: true,
      char: true,
      bool: false,
      bits: 8,
      offsetBits: 0,
    });
    const user = writer.add({ kind: 'type-tag', name: 'user', typeId: char });
    const userPointer = writer.add({ kind: 'pointer', typeId: user });
    const array = writer.add({ kind: 'array', elementId: userPointer, indexId: char, length: 4 });
    const arrayPointer = writer.add({ kind: 'pointer', typeId: array });
    const constPointer = writer.add({ kind: 'const', typeId: writer.add({ kind: 'pointer', typeId: char }) });
    const constVolatile = writer.add({ kind: 'const', typeId: writer.add({ kind: 'volatile', typeId: char }) });
    const proto = writer.add({ kind: 'function-proto', returnId: arrayPointer, params: [] });
    const protoPointer = writer.add({ kind: 'pointer', typeId: proto });
    const anonymous = writer.add({ kind: 'struct', name: '', sizeBytes: 0, members: [] });
    const blob = Btf.parse(writer.finish());
    expect(printType(blob, userPointer)).toBe('char __user *');
    expect(printDeclaration(blob, userPointer, 'p')).toBe('char __user *p');
    expect(printType(blob, array)).toBe('char __user *[4]');
    expect(printDeclaration(blob, array, 'p')).toBe('char __user *p[4]');
    expect(printType(blob, arrayPointer)).toBe('char __user *(*)[4]');
    expect(printType(blob, constPointer)).toBe('char *const');
    expect(printDeclaration(blob, constPointer, 'p')).toBe('char *const p');
    expect(printType(blob, constVolatile)).toBe('const volatile char');
    expect(printDeclaration(blob, protoPointer, 'f')).toBe('char __user *(*(*f)(void))[4]');
    expect(printType(blob, anonymous)).toBe('struct {...}');
  });
});

describe('printDefinition', () => {
  it('shows a struct with offsets', () => {
    expect(printDefinition(btf, idOf('node'), { offsets: true })).toBe(
      `struct node { /* 120 bytes */
	struct node *next; /* 0 */
	struct { /* 12 bytes */
		u32 low; /* 8 */
		union { /* 8 bytes */
			u32 high; /* 12 */
			struct point at; /* 12 */
		}; /* 12 */
	}; /* 8 */
	unsigned int flag : 1; /* 20:0 */
	unsigned int level : 3; /* 20:1 */
	int signed_bits : 5; /* 20:4 */
	char name[16]; /* 22 */
	volatile union value values[3][2]; /* 40 */
	int (*compare)(const struct node *, const struct node *, ...); /* 88 */
	enum color color; /* 96 */
	double weight; /* 104 */
	_Bool done; /* 112 */
};
`,
    );
  });

  it.each([
    ['point', 'struct point {\n\tint x;\n\tint y;\n};\n'],
    ['color', 'enum color {\n\tRED = 0,\n\tGREEN = 5,\n\tBLUE = 4294967295,\n};\n'],
    ['u32', 'typedef unsigned int u32;\n'],
    ['hidden', 'struct hidden;\n'],
    ['visit', 'int visit(struct node *restrict node, u32 depth);\n'],
  ])('shows %s without', (name, definition) => {
    expect(printDefinition(btf, idOf(name))).toBe(definition);
  });
});
