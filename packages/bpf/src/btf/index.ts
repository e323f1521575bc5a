/**
 * BTF: the kernel's types, read lazily; and the BTF that programs are loaded with. Pure: bytes in, data out.
 */
export type { FoundFunction } from './btf.ts';
export { Btf } from './btf.ts';
export type { BtfErrorCode } from './btf-error.ts';
export { BtfError } from './btf-error.ts';
export type { NewBtfType } from './btf-writer.ts';
export { BtfWriter } from './btf-writer.ts';
export { findMember, memberNames } from './find-member.ts';
export type { DefinitionOptions } from './print-definition.ts';
export { printDefinition } from './print-definition.ts';
export { printDeclaration, printType } from './print-type.ts';
export type { ProgramBtf, ProgramBtfInput, ProgramFunction, ProgramProto, ProgramType } from './program-btf.ts';
export {
  FUNC_INFO_SIZE,
  LINE_INFO_SIZE,
  LOOP_CALLBACK_PROTO,
  MAIN_PROTO,
  MAP_CALLBACK_PROTO,
  programBtf,
} from './program-btf.ts';
export type * from './types.ts';
