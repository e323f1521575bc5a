import { expect, it } from 'vitest';
import type { StructMemberType, Type } from '../../types/type.ts';
import { checkText } from '../check-text.test-kit.ts';

/** The type of the first value that the script prints. */
function printedType(text: string): Type | undefined {
  const { script, told } = checkText(text);
  expect(told).toEqual([]);
  const [statement] = script!.probes[0]!.body.filter(({ kind }) => kind === 'print-value');
  return statement?.kind === 'print-value' ? statement.value.type : undefined;
}

/** A struct as `{name@bits: type}`, as deep as its members are known. */
function shape(type: Type): string {
  if (type.kind === 'array') return `${shape(type.element)}[${type.length}]`;
  if (type.kind === 'tuple') return `(${type.elements.map(shape).join(', ')})`;
  if (type.kind !== 'struct') return type.kind;
  return type.members ? `{${type.members.map(memberShape).join(', ')}}` : type.name;
}

function memberShape({ name, type, offsetBits, bitfieldSizeBits }: StructMemberType): string {
  return `${name}@${offsetBits}${bitfieldSizeBits > 0 ? `:${bitfieldSizeBits}` : ''} ${shape(type)}`;
}

it.each([
  ['print(curtask.cred.uid);', '{val@0 int}'],
  ['print((1, *curtask.cred));', '(int, {usage@0 int, uid@64 {val@0 int}})'],
  ['print(*curtask.mm);', '{@0 {mm_users@64 int}, total_vm@128 int}'],
  ['print(curtask.stats);', '{@0 {mm_users@64 int}, total_vm@128 int}[2]'],
  ['$c = curtask.cred.uid; print($c);', '{val@0 int}'],
  ['@[1] = curtask.cred.uid; @[2] = curtask.cred.uid; print(@[1]);', '{val@0 int}'],
])('%s', (statements, expected) => {
  expect(shape(printedType(`begin { ${statements} }`)!)).toBe(expected);
});

it('definitions of the script may hold structs of the kernel', () => {
  const definition = 'struct both { int a : 3; int b : 5; struct qstr name; }';
  const type = printedType(`${definition} begin { print(*(struct both *)5); }`);
  expect(shape(type!)).toBe('{a@0:3 int, b@3:5 int, name@64 {name@64 pointer}}');
});

it('pointers are not followed, and what they point to is known where it is shown', () => {
  const definition = 'struct node { struct node *next; char name[8]; }';
  const whole = '{next@0 pointer, name@64 string}';
  expect(shape(printedType(`${definition} begin { print(*(struct node *)5); }`)!)).toBe(whole);
  const next = printedType(`${definition} begin { print(*((struct node *)5)->next); }`)!;
  expect(shape(next)).toBe(whole);
  expect(next).toMatchObject({ sizeBytes: 16 });
});
