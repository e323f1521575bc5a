export { type AttachOptions, attach } from './attach.ts';
export { attachIterator, IteratorLink, type IteratorScope } from './iterator.ts';
export type { Link } from './link.ts';
export { attachToSocket } from './socket-filter.ts';
export {
  listTracepointCategories,
  listTracepoints,
  readTracepointFormat,
  type TracepointName,
  tracefs,
  tracepointId,
} from './tracefs.ts';
