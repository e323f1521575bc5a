import type { RenderContext } from './render-context.ts';
import type { Value } from './value.ts';

/** The text of an interned value; undefined where it has none. */
export function internedText(value: Value, render: Pick<RenderContext, 'internedText'>): string | undefined {
  return value === 0 ? undefined : render.internedText(value as number);
}
