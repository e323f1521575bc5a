import type { ColumnDoc, GadgetDoc } from './gadget.ts';

const TAG = /^@(column|key|histogram)\s+(\S+)\s*(?:\{([\w-]+)\}\s*)?(hidden\b\s*)?(.*)$/;
const SORT = /^@sort\s+(\S+)$/;

/**
 * Reads the doc comment at the head of a script.
 *
 *     /**
 *      * Summary.
 *      *
 *      * Description.
 *      *
 *      * @column name {format} hidden What it is
 *      * @key name {format} What it is
 *      * @histogram name {unit} Title
 *      * @sort -name,other
 *
 * A tag's text may go on in the lines behind it, indented or not, until the next tag. A script without one has an empty doc.
 */
export function parseDocComment(script: string): GadgetDoc {
  const match = /^(?:#![^\n]*\n)?\s*\/\*\*([\s\S]*?)\*\//.exec(script);
  const lines = (match?.[1] ?? '').split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  const prose: string[] = [];
  const tags = { column: [] as ColumnDoc[], key: [] as ColumnDoc[], histogram: [] as ColumnDoc[] };
  let last: { list: ColumnDoc[] } | undefined;
  let sort: string | undefined;
  for (const line of lines) {
    const tag = TAG.exec(line);
    const order = SORT.exec(line);
    if (order) sort = order[1];
    else if (tag) {
      const [, kind, name, format, hidden, description] = tag;
      const list = tags[kind as keyof typeof tags];
      list.push({
        name: name!,
        ...(format && { format }),
        hidden: hidden !== undefined,
        description: description!.trim(),
      });
      last = { list };
    } else if (last && line.trim() !== '') {
      const column = last.list.pop()!;
      last.list.push({ ...column, description: `${column.description} ${line.trim()}`.trim() });
    } else if (!last) prose.push(line);
  }
  const paragraphs = prose
    .join('\n')
    .trim()
    .split(/\n\s*\n/);
  return {
    summary: (paragraphs[0] ?? '').replace(/\s+/g, ' ').replace(/\.$/, ''),
    description: paragraphs.slice(1).join('\n\n'),
    columns: tags.column,
    keys: tags.key,
    histograms: tags.histogram,
    ...(sort !== undefined && { sort }),
  };
}
