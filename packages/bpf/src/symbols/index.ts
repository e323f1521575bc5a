export { type FileSymbols, readFileSymbols } from './file-symbols.ts';
export { findBinary, findLibrary } from './find-binary.ts';
export { globMatcher } from './glob.ts';
export { type KernelSymbol, KernelSymbols } from './kernel-symbols.ts';
export { withElf } from './open-elf.ts';
export { type ProcessSymbol, ProcessSymbols } from './process-symbols.ts';
export { listSymbols, type ResolvedSymbol, resolveSymbol } from './resolve-symbol.ts';
export { SymbolError } from './symbol-error.ts';
export { UserSymbols } from './user-symbols.ts';
