import type { Action } from '@waggle/bpftrace';
import { SourceText } from '@waggle/bpftrace';
import {
  type ActionContext,
  type ActionRenderer,
  compileAction,
  type MapSnapshot,
  renderMap,
  type Value,
} from '@waggle/bpftrace/output';
import type { AttachedInfo, Scene, Sink, TraceEnd, TraceEvent } from '../sink.ts';
import { type FrameReader, FrameReader as Reader, type StreamOpening } from './frame-reader.ts';

/** A sink for tests: a line of text for everything that it gets. */
export class RenderingSink implements Sink {
  readonly lines: string[] = [];
  readonly events: TraceEvent[] = [];
  readonly moments: { readonly final: boolean; readonly text: string }[] = [];
  readonly opening: StreamOpening;
  readonly #renderers = new Map<Scene, Map<Action, ActionRenderer>>();
  attachedInfo: AttachedInfo | undefined;
  ending: TraceEnd | undefined;

  constructor(opening: StreamOpening) {
    this.opening = opening;
  }

  attached(info: AttachedInfo): void {
    this.attachedInfo = info;
  }

  event(event: TraceEvent, scene: Scene): void {
    this.events.push(event);
    const action = this.opening.script.actions[event.schema.id]!;
    const { node = '', identity, timeNs } = event;
    this.lines.push(`${node} ${timeNs} ${identity?.name ?? '?'} ${this.#render(action, event.values, scene)}`);
  }

  action(action: Action, fields: readonly Value[], scene: Scene): void {
    this.lines.push(this.#render(action, fields, scene));
  }

  maps(snapshots: readonly MapSnapshot[], { final, scene }: { readonly final: boolean; readonly scene: Scene }): void {
    const context = this.#context(scene);
    this.moments.push({ final, text: snapshots.map((snapshot) => renderMap(snapshot, {}, context)).join('') });
  }

  end(end: TraceEnd): void {
    this.ending = end;
  }

  #render(action: Action, fields: readonly Value[], scene: Scene): string {
    // As sinks do: what a scene answers may change, but it stays the same object.
    const renderers = this.#renderers.get(scene) ?? new Map<Action, ActionRenderer>();
    this.#renderers.set(scene, renderers);
    const render = renderers.get(action) ?? compileAction(action, this.#context(scene));
    renderers.set(action, render);
    return render(fields);
  }

  #context(scene: Scene): ActionContext {
    return {
      format: 'text',
      options: { escape: false, nonAscii: 'utf-8' },
      render: scene.render,
      source: new SourceText('sample', this.opening.info.program.script),
      snapshot: (map) => scene.snapshot(map),
      readFile: (path) => scene.readFile?.(path),
      runCommand: (command) => scene.runCommand?.(command) ?? '',
    };
  }
}

/** A reader with such a sink; `sink()` is undefined until the stream has opened it. */
export function renderingReader(): { readonly reader: FrameReader; readonly sink: () => RenderingSink | undefined } {
  let sink: RenderingSink | undefined;
  const reader = new Reader({
    open: (opening) => {
      sink = new RenderingSink(opening);
      return sink;
    },
  });
  return { reader, sink: () => sink };
}
