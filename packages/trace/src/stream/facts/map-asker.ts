import type { CompiledScript } from '@waggle/bpftrace';
import type { MapSnapshot, RenderContext } from '@waggle/bpftrace/output';
import { viewOf } from '../record-batch.ts';
import { slotsOf } from '../value-slots.ts';
import type { AskFacts, FactCollector } from './fact-collector.ts';

/** Asks what the entries of maps need. */
export class MapAsker {
  readonly #asks: ReadonlyMap<string, { readonly key: AskFacts | undefined; readonly value: AskFacts | undefined }>;

  constructor({ maps }: Pick<CompiledScript, 'maps'>, facts: FactCollector) {
    this.#asks = new Map(
      maps.map(({ name, key, value }) => [
        name,
        { key: key === undefined ? undefined : facts.asker(slotsOf(key)), value: facts.asker(slotsOf(value)) },
      ]),
    );
  }

  ask({ name, entries }: MapSnapshot, render: RenderContext): void {
    const { key, value } = this.#asks.get(name)!;
    if (key === undefined && value === undefined) return;
    for (const { keyBytes, valueBytes } of entries) {
      if (key !== undefined) key(viewOf(keyBytes), 0, render);
      if (value !== undefined && valueBytes !== undefined) value(viewOf(valueBytes), 0, render);
    }
  }
}
