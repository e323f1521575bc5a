import type { MapSnapshot, Value } from '@waggle/bpftrace/output';
import type { Scene } from '../sink.ts';
import { Collector } from './collector.ts';

/** A collector that shows the keys of the last maps as texts. */
export class MapCollector extends Collector {
  readonly #totals = new Map<string, Record<string, bigint>>();

  override maps(snapshots: readonly MapSnapshot[], moment: { readonly final: boolean; readonly scene: Scene }): void {
    super.maps(snapshots, moment);
    const textOf = (key: Value): string => moment.scene.render.internedText(Number(key)) ?? '<none>';
    for (const { name, entries } of snapshots) {
      const totals = entries.map(({ key, value }) => {
        const text = Array.isArray(key) ? key.map(textOf).join() : textOf(key!);
        return [text, 'total' in value ? value.total : 0n] as const;
      });
      this.#totals.set(name, Object.fromEntries(totals));
    }
  }

  /** What `count()` gave, by the texts of interned keys. */
  totals(map: string): Readonly<Record<string, bigint>> {
    return this.#totals.get(map) ?? {};
  }
}
