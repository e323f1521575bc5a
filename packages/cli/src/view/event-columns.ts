import type { Type } from '@waggle/bpftrace';
import { type Cell, type ColumnDoc, FORMATS, type GadgetDoc, UNITS, type ValueFormat } from '@waggle/gadgets';
import { workloadName } from '@waggle/identity';
import type { Schema, TraceEvent } from '@waggle/trace';
import type { Column, Row } from '../table/column.ts';
import type { CellOf } from './cell-of-value.ts';
import { isoClock } from './iso-clock.ts';

const TIME = text('time', 'When it happened', 12, { unit: 'clock' });
const TASK: readonly Column[] = [
  { name: 'pid', description: 'Process id', align: 'right', width: 7, hidden: false },
  { name: 'tid', description: 'Thread id', align: 'right', width: 7, hidden: true },
  text('comm', 'Name of the thread', 15),
];

/** What every event has, whoever wrote the script: on one machine, and in a cluster. */
const COMMON: Readonly<Record<Place, readonly Column[]>> = {
  machine: [TIME, text('container', 'In which container, unit or cgroup', 12), ...TASK],
  cluster: [
    TIME,
    text('node', 'On which node', 8),
    text('namespace', 'Namespace of the pod', 9),
    text('pod', 'In which pod', 24),
    text('workload', 'To which workload the pod belongs', 14, { hidden: true }),
    text('labels', "The pod's labels", 16, { hidden: true }),
    text('container', 'In which of its containers; else the unit or cgroup', 10),
    ...TASK,
  ],
};

/** Where events come from. */
export type Place = 'machine' | 'cluster';

function text(name: string, description: string, width: number, more: Partial<Column> = {}): Column {
  return { name, description, align: 'left', width, hidden: false, ...more };
}

/** Columns and rows of the events of a trace. */
export interface EventView {
  readonly columns: readonly Column[];
  row(event: TraceEvent): Row;
}

/**
 * The columns are those of all schemas together, each once, in order of first mention; the doc comment says which are hidden, and how values
 * are shown. A field called like a common column takes its place.
 */
export function eventView(
  schemas: readonly Schema[],
  doc: GadgetDoc,
  cell: CellOf,
  place: Place = 'machine',
): EventView {
  const docs = new Map(doc.columns.map((column) => [column.name, column]));
  const fields = new Map<string, Type>();
  for (const schema of schemas)
    for (const { name, type } of schema.fields) if (!fields.has(name)) fields.set(name, type);
  const own = [...fields].map(([name, type]) => fieldColumn(name, type, docs.get(name)));
  const columns = [...COMMON[place].filter((column) => !fields.has(column.name)), ...own];
  const time = isoClock();
  const readers = new Map<Schema, FieldReader[]>();
  // Each node of a cluster has schemas of its own.
  const readersOf = (schema: Schema): FieldReader[] => {
    const known = readers.get(schema) ?? fieldReaders(schema, docs, cell);
    readers.set(schema, known);
    return known;
  };
  return {
    columns,
    row(event) {
      const row: Record<string, Cell> = {
        time: time(event.timeNs),
        ...(place === 'machine' ? { container: event.identity?.name ?? null } : whereInCluster(event)),
        pid: event.pid,
        tid: event.tid,
        comm: event.comm,
      };
      const { values } = event;
      const read = readersOf(event.schema);
      for (let index = 0; index < read.length; index++) row[read[index]!.name] = read[index]!.cell(values[index]!);
      return row;
    },
  };
}

function whereInCluster({ node, identity }: TraceEvent): Record<string, Cell> {
  const { pod, container, unit, name } = identity ?? {};
  return {
    node: node ?? identity?.node ?? null,
    namespace: pod?.namespace ?? null,
    pod: pod?.name ?? null,
    workload: pod === undefined ? null : workloadName(pod),
    labels: pod?.labels ?? null,
    container: container?.name ?? unit ?? (pod === undefined ? (name ?? null) : null),
  };
}

interface FieldReader {
  readonly name: string;
  readonly cell: (value: TraceEvent['values'][number]) => Cell;
}

function fieldReaders(schema: Schema, docs: ReadonlyMap<string, ColumnDoc>, cell: CellOf): FieldReader[] {
  return schema.fields.map(({ name, type }) => {
    const format: ValueFormat | undefined = FORMATS[docs.get(name)?.format ?? ''];
    return { name, cell: format ? (value) => format(cell(value, type)) : (value) => cell(value, type) };
  });
}

/** What values of some formats usually take. */
const WIDTHS: Readonly<Record<string, number>> = { errno: 7, 'open-flags': 18, 'file-mode': 5 };

function fieldColumn(name: string, type: Type, doc: ColumnDoc | undefined): Column {
  const numeric = type.kind === 'int' && (doc?.format === undefined || doc.format === 'fd' || UNITS.has(doc.format));
  return {
    name,
    description: doc?.description ?? '',
    align: numeric ? 'right' : 'left',
    width: numeric ? 5 : (WIDTHS[doc?.format ?? ''] ?? (type.kind === 'string' ? 6 : 8)),
    hidden: doc?.hidden ?? false,
    ...(doc?.format !== undefined && UNITS.has(doc.format) && { unit: doc.format }),
  };
}
