import { BtfError } from './btf-error.ts';
import type { BtfParam, BtfType, BtfTypeId, BtfTypes } from './types.ts';

/** Types that one spelling may go through. Types of damaged BTF may refer to each other without end. */
const MAX_TYPES = 1000;

/**
 * The C spelling of a type in one line: `struct task_struct *`, `char[16]`, `int (*)(void *)`.
 * @throws BtfError `too-deep`, `no-such-type`.
 */
export function printType(btf: BtfTypes, id: BtfTypeId): string {
  return printDeclaration(btf, id, '');
}

/** The C declaration of a thing of a type: `char comm[16]`. @throws BtfError as `printType`. */
export function printDeclaration(btf: BtfTypes, id: BtfTypeId, name: string): string {
  return declare({ btf, left: MAX_TYPES }, id, name);
}

interface Printer {
  readonly btf: BtfTypes;
  /** Types that it may still go through. */
  left: number;
}

/**
 * C declares from the inside out: what is around `inner` says what it is. Qualifiers wait in `qualifiers` until what
 * they qualify is known, as they stand behind the star of a pointer but in front of a name.
 */
function declare(printer: Printer, id: BtfTypeId, inner: string, qualifiers = ''): string {
  if (printer.left-- === 0) throw new BtfError('too-deep', `BTF type ${id}: the spelling goes through too many types`);
  const type = printer.btf.type(id);
  switch (type.kind) {
    case 'pointer':
      return declare(printer, type.typeId, `*${pointerQualifiers(qualifiers, inner)}${inner}`);
    case 'array':
      return declare(printer, type.elementId, `${inParens(inner)}[${type.length}]`, qualifiers);
    case 'function-proto': {
      const params = type.params.map((param) => printParam(printer, param));
      return declare(printer, type.returnId, `${inParens(inner)}(${params.join(', ') || 'void'})`);
    }
    case 'function':
      return declare(printer, type.protoId, type.name);
    case 'variable':
      return declare(printer, type.typeId, type.name);
    case 'const':
    case 'volatile':
    case 'restrict':
      return declare(printer, type.typeId, inner, addQualifier(qualifiers, type.kind));
    case 'type-tag':
      // The kernel spells the tag `user` as `__user`, behind the type.
      return declare(printer, type.typeId, inner === '' ? `__${type.name}` : `__${type.name} ${inner}`, qualifiers);
    case 'decl-tag':
      return declare(printer, type.typeId, inner, qualifiers);
    default:
      return join(`${qualifiers}${nameOf(type)}`, inner);
  }
}

/** An array of constants may be told as constant twice: as a whole, and its elements. */
function addQualifier(qualifiers: string, qualifier: string): string {
  return qualifiers.includes(qualifier) ? qualifiers : `${qualifiers}${qualifier} `;
}

/** `*const p`, but `*const` where nothing follows. */
function pointerQualifiers(qualifiers: string, inner: string): string {
  return inner === '' ? qualifiers.trimEnd() : qualifiers;
}

/** A variadic function has a last parameter of type `void`. */
function printParam(printer: Printer, param: BtfParam): string {
  return param.typeId === 0 ? '...' : declare(printer, param.typeId, param.name);
}

function inParens(inner: string): string {
  return inner.startsWith('*') ? `(${inner})` : inner;
}

function join(name: string, inner: string): string {
  return inner === '' || inner.startsWith('[') ? `${name}${inner}` : `${name} ${inner}`;
}

/** The kinds with a name of their own. */
function nameOf(type: BtfType): string {
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'enum':
      return `${type.kind} ${type.name || '{...}'}`;
    case 'forward':
      return `${type.union ? 'union' : 'struct'} ${type.name}`;
    case 'void':
      return 'void';
    case 'int':
    case 'float':
    case 'typedef':
    case 'section':
      return type.name;
    default:
      throw new BtfError('bad-record', `BTF type ${type.id} of kind "${type.kind}" has no name`);
  }
}
