import { jsonAttachedProbes, jsonLostEvents } from './format-json.ts';
import type { MapSnapshot } from './map-snapshot.ts';
import { type ActionContext, type OutputFormat, renderMap } from './render-action.ts';

/**
 * What bpftrace writes to standard output when a trace ends, behind the output of the `end` probes: in text mode two newlines, always;
 * then the maps in byte order of their names. Pass no maps where `print_maps_on_exit` is false.
 */
export function renderFinalMaps(
  snapshots: readonly MapSnapshot[],
  context: Pick<ActionContext, 'format' | 'render' | 'options'>,
): string {
  const inOrder = [...snapshots].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const maps = inOrder.map((snapshot) => renderMap(snapshot, {}, context)).join('');
  return context.format === 'text' ? `\n\n${maps}` : maps;
}

/** How many probes are attached. bpftrace writes the text to standard error, and JSON to standard output. */
export function renderAttached(count: number, format: OutputFormat): string {
  return format === 'json' ? jsonAttachedProbes(count) : `Attached ${count} probe${count === 1 ? '' : 's'}\n`;
}

/** How many events were lost since the last time. bpftrace writes the text to standard error, and JSON to standard output. */
export function renderLostEvents(count: number | bigint, format: OutputFormat): string {
  return format === 'json' ? jsonLostEvents(count) : `Lost ${count} events\n`;
}
