/**
 * The `format` file of a tracepoint (`/sys/kernel/tracing/events/CATEGORY/NAME/format`), as
 * kernel/trace/trace_events.c writes it.
 */
export interface TracepointFormat {
  readonly name: string;
  readonly id: number;
  /** Without the `common_` fields: a program cannot read those through its context. */
  readonly fields: readonly TracepointField[];
}

export interface TracepointField {
  readonly name: string;
  /** In C, without array lengths and without `__data_loc`: `const char *`, `unsigned long`, `struct in6_addr`. */
  readonly type: string;
  /** From the start of the record. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly signed: boolean;
  /** Number of elements; 0 for arrays of unknown length, as those behind `__data_loc`. Absent: no array. */
  readonly length?: number;
  /**
   * Where the bytes really are, for arrays of variable length. The field then is a u32: length << 16 | offset, counted from the
   * start of the record (`record`, `__data_loc`) or from the end of the field (`field`, `__rel_loc`).
   */
  readonly location?: 'record' | 'field';
}

const FIELD = /^\s*field:(.*?);\s*offset:(\d+);\s*size:(\d+);\s*signed:([01]);/;

/** Undefined where the text is no format. Fields that make no sense are left out. */
export function parseTracepointFormat(text: string): TracepointFormat | undefined {
  const name = /^name:\s*(\S+)/m.exec(text)?.[1];
  const id = /^ID:\s*(\d+)/m.exec(text)?.[1];
  if (name === undefined || id === undefined) return undefined;
  const fields: TracepointField[] = [];
  for (const line of text.split('\n')) {
    const match = FIELD.exec(line);
    const field = match && parseField(match[1]!, Number(match[2]), Number(match[3]), match[4] === '1');
    if (field && !field.name.startsWith('common_')) fields.push(field);
  }
  return { name, id: Number(id), fields };
}

/** ```Declaration = ('__data_loc' | '__rel_loc')? Type '[]'? Name ('[' Length ']')?``` */
function parseField(
  declaration: string,
  offset: number,
  sizeBytes: number,
  signed: boolean,
): TracepointField | undefined {
  const location = /^(?:__data_loc|__rel_loc)\b/.exec(declaration)?.[0];
  const rest = location ? declaration.slice(location.length) : declaration;
  const pointer = /^(.*)\(\*\s*(\w+)\)\s*\(.*\)$/.exec(rest);
  if (pointer) return { name: pointer[2]!, type: 'void *', offset, sizeBytes, signed };
  const match = /^\s*(.*?)\s*(\[\s*\])?\s*\b(\w+)\s*(?:\[([^\]]*)\])?\s*$/.exec(rest);
  if (!match?.[1]) return undefined;
  const [, type, dynamic, name, length] = match;
  const isArray = dynamic !== undefined || length !== undefined;
  return {
    name: name!,
    type: type!.replace(/\s+/g, ' '),
    offset,
    sizeBytes,
    signed,
    ...(isArray && { length: lengthOf(length, type!, sizeBytes) }),
    ...(location && { location: location === '__rel_loc' ? ('field' as const) : ('record' as const) }),
  };
}

/** The kernel may write a constant's name there: then the size tells, where elements are bytes. */
function lengthOf(text: string | undefined, type: string, sizeBytes: number): number {
  if (text === undefined || text.trim() === '') return 0;
  const length = Number(text);
  if (Number.isSafeInteger(length) && length >= 0) return length;
  return /\b(char|u8|__u8|uint8_t)$/.test(type) ? sizeBytes : 0;
}
