import type { Action } from '@waggle/bpftrace';
import type { MapSnapshot, Value } from '@waggle/bpftrace/output';
import type { AttachedInfo, Scene, Sink, TraceEnd, TraceEvent } from '../sink.ts';

/** A sink that keeps everything, for tests. */
export class Collector implements Sink {
  info: AttachedInfo | undefined;
  readonly events: TraceEvent[] = [];
  readonly actions: { readonly action: Action; readonly fields: readonly Value[] }[] = [];
  /** What maps held when the script printed them. */
  readonly printed: MapSnapshot[] = [];
  readonly mapMoments: { readonly snapshots: readonly MapSnapshot[]; readonly final: boolean }[] = [];
  ending: TraceEnd | undefined;

  attached(info: AttachedInfo): void {
    this.info = info;
  }

  event(event: TraceEvent): void {
    this.events.push(event);
  }

  action(action: Action, fields: readonly Value[], scene: Scene): void {
    this.actions.push({ action, fields });
    if (action.kind === 'print-map') this.printed.push(scene.snapshot(action.map));
  }

  maps(snapshots: readonly MapSnapshot[], { final }: { readonly final: boolean }): void {
    this.mapMoments.push({ snapshots, final });
  }

  end(end: TraceEnd): void {
    this.ending = end;
  }

  /** The maps at the end, by name. */
  get finalMaps(): ReadonlyMap<string, MapSnapshot> {
    const last = this.mapMoments.find(({ final }) => final);
    return new Map(last?.snapshots.map((snapshot) => [snapshot.name, snapshot]));
  }

  /** The values of a field, event by event. */
  column(name: string): readonly Value[] {
    return this.events.map(({ schema, values }) => values[schema.fields.findIndex((field) => field.name === name)]!);
  }
}
