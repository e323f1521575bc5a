export { findGadget, gadgetOf, gadgetReadme, listGadgets } from './catalogue.ts';
export { type Cell, FORMATS, UNITS, type ValueFormat } from './formats/format-value.ts';
export { formatOpenFlags } from './formats/open-flags.ts';
export { syscallName } from './formats/syscall-names.ts';
export type { ColumnDoc, Gadget, GadgetDoc } from './gadget.ts';
export { parseDocComment } from './parse-doc-comment.ts';
