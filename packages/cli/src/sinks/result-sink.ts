import { type CompiledScript, formatDiagnostic, type SourceText } from '@waggle/bpftrace';
import {
  type ActionContext,
  type ActionRenderer,
  compileAction,
  formatHistogram,
  formatValue,
  histogramRows,
  type MapSnapshot,
  type RenderContext,
  renderFinalMaps,
  renderMap,
  runtimeErrorDiagnostic,
  type Value,
} from '@waggle/bpftrace/output';
import type { Gadget } from '@waggle/gadgets';
import { type AttachedInfo, type Scene, type Sink, schemaOf, type TraceEnd, type TraceEvent } from '@waggle/trace';
import { readTextFile, runShell } from '../commands/run/side-effects.ts';
import type { Row } from '../table/column.ts';
import { arrangeRows, type RowOptions, type RowSelection, selectRows } from '../table/row-selection.ts';
import { type CellOf, cellOfValue } from '../view/cell-of-value.ts';
import { type EventView, eventView, type Place } from '../view/event-columns.ts';
import { type MapTable, mapTable } from '../view/map-tables.ts';
import type { RowWriter } from './row-writer.ts';

type Action = CompiledScript['actions'][number];

export interface ResultSinkParts {
  readonly script: Pick<CompiledScript, 'actions'>;
  readonly source: SourceText;
  readonly gadget: Gadget;
  /** A gadget shows what its doc comment names; any other script shows all its maps, as bpftrace does. */
  readonly showsAllMaps: boolean;
  readonly writer: RowWriter;
  /** Escape what a terminal would obey. */
  readonly escape: boolean;
  readonly color: boolean;
  readonly rows: RowOptions;
  /** Where events come from: decides about the columns that all of them have. */
  readonly place?: Place;
  /** As many rows as were wanted have been shown. */
  readonly onEnough: () => void;
  readonly onAttached?: (info: AttachedInfo) => void;
}

/** Shows the results of one trace to one user: events and tables as rows, everything else in bpftrace's text or JSON. */
export class ResultSink implements Sink {
  readonly #parts: ResultSinkParts;
  readonly #events: EventView;
  readonly #table: MapTable | undefined;
  readonly #selection: RowSelection;
  readonly #renderers = new Map<Action, ActionRenderer>();
  readonly #held: Row[] = [];
  #render: RenderContext | undefined;
  #count = 0;

  /** @throws UsageError where the row options name what is not there. */
  constructor(parts: ResultSinkParts) {
    this.#parts = parts;
    const { script, gadget, rows, place } = parts;
    const schemas = script.actions.flatMap((action, id) =>
      action.kind === 'event' ? [schemaOf(id, action.layout)] : [],
    );
    this.#table = schemas.length === 0 ? mapTable(gadget.doc) : undefined;
    this.#events = eventView(schemas, gadget.doc, this.#cell, place);
    // Events come as they come; a table that is known as a whole has an order of its own.
    const order = this.#table === undefined ? {} : { sort: gadget.doc.sort };
    this.#selection = selectRows(this.#table?.columns ?? this.#events.columns, { ...order, ...rows });
  }

  attached(info: AttachedInfo): void {
    this.#parts.onAttached?.(info);
  }

  event(event: TraceEvent, scene: Scene): void {
    this.#render = scene.render;
    const row = this.#events.row(event);
    const { accepts, order, maxRows, shown } = this.#selection;
    if (!accepts(row)) return;
    if (order) {
      this.#hold(row);
      return;
    }
    if (this.#count >= maxRows) return;
    this.#count += 1;
    this.#parts.writer.row(row, shown);
    if (this.#count === maxRows) this.#parts.onEnough();
  }

  action(action: Action, fields: readonly Value[], scene: Scene): void {
    this.#render = scene.render;
    if (action.kind === 'runtime-error' && this.#parts.writer.resultFormat === 'text') {
      const diagnostic = runtimeErrorDiagnostic(action, fields[0] as bigint);
      process.stderr.write(`${formatDiagnostic(diagnostic, this.#parts.source, { color: this.#parts.color })}\n`);
      return;
    }
    let renderer = this.#renderers.get(action);
    if (renderer === undefined) {
      renderer = compileAction(action, this.#context(scene));
      this.#renderers.set(action, renderer);
    }
    this.#parts.writer.result(renderer(fields));
  }

  maps(snapshots: readonly MapSnapshot[], { final, scene }: { readonly final: boolean; readonly scene: Scene }): void {
    this.#render = scene.render;
    const { writer, showsAllMaps, gadget } = this.#parts;
    if (snapshots.length === 0) return;
    if (showsAllMaps) {
      const context = this.#context(scene);
      writer.result(
        final ? renderFinalMaps(snapshots, context) : snapshots.map((map) => renderMap(map, {}, context)).join(''),
      );
      return;
    }
    if (this.#table) {
      writer.table(arrangeRows(this.#table.rows(snapshots, this.#cell), this.#selection), this.#selection.shown);
    }
    for (const { name, description, format } of gadget.doc.histograms) {
      const snapshot = snapshots.find((candidate) => candidate.name === `@${name}`);
      if (snapshot) writer.result(this.#histogram(snapshot, `${description}${format ? ` (${format})` : ''}`, scene));
    }
  }

  end(_end: TraceEnd): void {
    const { writer } = this.#parts;
    for (const row of arrangeRows(this.#held, this.#selection)) writer.row(row, this.#selection.shown);
    writer.end();
  }

  /** Rows that wait to be sorted; with `maxRows`, no more of them than twice that are kept. */
  #hold(row: Row): void {
    this.#held.push(row);
    const { maxRows } = this.#selection;
    if (this.#held.length >= 2 * maxRows + 1024)
      this.#held.splice(0, this.#held.length, ...arrangeRows(this.#held, this.#selection));
  }

  #histogram(snapshot: MapSnapshot, title: string, scene: Scene): string {
    const type = snapshot.value;
    const isPlain = snapshot.key === undefined && (type.kind === 'hist' || type.kind === 'lhist');
    if (!isPlain || this.#parts.writer.resultFormat === 'json') return renderMap(snapshot, {}, this.#context(scene));
    const value = snapshot.entries[0]?.value;
    const rows = value?.kind === 'buckets' ? histogramRows(type, value.counts) : [];
    return rows.length === 0 ? `${title}: nothing seen\n` : `${title}:\n${formatHistogram(rows)}`;
  }

  readonly #cell: CellOf = cellOfValue((value, type) =>
    formatValue(type, value, this.#render!, { escape: false, nonAscii: 'utf-8' }),
  );

  #context(scene: Scene): ActionContext {
    return {
      format: this.#parts.writer.resultFormat,
      options: { escape: this.#parts.escape, nonAscii: 'utf-8' },
      render: scene.render,
      source: this.#parts.source,
      snapshot: (map) => scene.snapshot(map),
      readFile: (path) => (scene.readFile ?? readTextFile)(path),
      runCommand: (command) => (scene.runCommand ?? runShell)(command),
    };
  }
}
