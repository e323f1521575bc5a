import type { RecordLayout, Type } from '@waggle/bpftrace';

/** What a trace's events look like. */
export interface Schema {
  /** The action id in the records' headers: events of one `print` share it. */
  readonly id: number;
  readonly fields: readonly SchemaField[];
}

export interface SchemaField {
  readonly name: string;
  readonly type: Type;
}

/** The schema of an event's record, without the fields that every event has. */
export function schemaOf(id: number, layout: RecordLayout): Schema {
  return { id, fields: layout.fields.map(({ name, type }) => ({ name, type })) };
}
