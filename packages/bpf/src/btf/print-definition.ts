import { BtfError } from './btf-error.ts';
import { printDeclaration, printType } from './print-type.ts';
import type { BtfMember, BtfType, BtfTypeId, BtfTypes } from './types.ts';

export interface DefinitionOptions {
  /** Put size and offsets in comments: bytes, and `byte:bit` for bit-fields. Default: no. */
  readonly offsets?: boolean;
}

type Composite = Extract<BtfType, { readonly members: unknown }>;
type Enum = Extract<BtfType, { readonly kind: 'enum' }>;

/** Lines that a definition may have. Structs of damaged BTF may hold each other without end. */
const MAX_LINES = 20_000;
const MAX_DEPTH = 64;

interface Printer {
  readonly btf: BtfTypes;
  readonly offsets: boolean;
  readonly lines: string[];
}

/**
 * The C definition of a struct, union or enum, with the anonymous ones in it; of other types, a declaration. Typedefs
 * are shown with what they stand for.
 * @throws BtfError `too-deep`, `no-such-type`.
 */
export function printDefinition(btf: BtfTypes, id: BtfTypeId, options: DefinitionOptions = {}): string {
  const printer: Printer = { btf, offsets: options.offsets ?? false, lines: [] };
  const type = btf.type(id);
  if (type.kind === 'typedef') {
    const target = btf.type(type.typeId);
    if (isDefinition(target) && target.name === '') printBody(printer, target, 'typedef ', ` ${type.name};`, 0, 0);
    else printer.lines.push(`typedef ${printDeclaration(btf, type.typeId, type.name)};`);
  } else if (isDefinition(type)) {
    printBody(printer, type, '', ';', 0, 0);
  } else {
    printer.lines.push(`${printType(btf, id)};`);
  }
  return printer.lines.map((line) => `${line}\n`).join('');
}

function isDefinition(type: BtfType): type is Composite | Enum {
  return type.kind === 'struct' || type.kind === 'union' || type.kind === 'enum';
}

/** `head struct name { … } tail`. `baseBits` is where the body starts in the outermost struct. */
function printBody(
  printer: Printer,
  type: Composite | Enum,
  head: string,
  tail: string,
  depth: number,
  baseBits: number,
): void {
  if (depth > MAX_DEPTH) throw new BtfError('too-deep', `BTF type ${type.id}: in more than ${MAX_DEPTH} others`);
  const indent = '\t'.repeat(depth);
  const name = type.name === '' ? '' : `${type.name} `;
  addLine(printer, `${indent}${head}${type.kind} ${name}{${comment(printer, `${type.sizeBytes} bytes`)}`);
  if (type.kind === 'enum') {
    for (const { name, value } of type.values) addLine(printer, `${indent}\t${name} = ${value},`);
  } else {
    for (const member of type.members) printMember(printer, member, depth + 1, baseBits + member.offsetBits);
  }
  addLine(printer, `${indent}}${tail}`);
}

function printMember(printer: Printer, member: BtfMember, depth: number, offsetBits: number): void {
  const { btf } = printer;
  const type = btf.type(member.typeId);
  if (isDefinition(type) && type.name === '') {
    const tail = member.name === '' ? ';' : ` ${member.name};`;
    printBody(printer, type, '', `${tail}${offsetComment(printer, member, offsetBits)}`, depth, offsetBits);
    return;
  }
  const bits = member.bitfieldSizeBits === 0 ? '' : ` : ${member.bitfieldSizeBits}`;
  const declaration = printDeclaration(btf, member.typeId, member.name);
  const text = `${'\t'.repeat(depth)}${declaration}${bits};`;
  addLine(printer, `${text}${offsetComment(printer, member, offsetBits)}`);
}

function offsetComment(printer: Printer, member: BtfMember, offsetBits: number): string {
  const bytes = Math.floor(offsetBits / 8);
  const isBitfield = member.bitfieldSizeBits !== 0 || offsetBits % 8 !== 0;
  return comment(printer, isBitfield ? `${bytes}:${offsetBits % 8}` : `${bytes}`);
}

function comment(printer: Printer, text: string): string {
  return printer.offsets ? ` /* ${text} */` : '';
}

function addLine(printer: Printer, line: string): void {
  if (printer.lines.length === MAX_LINES)
    throw new BtfError('too-deep', `a definition of more than ${MAX_LINES} lines`);
  printer.lines.push(line);
}
