import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { Script } from '../syntax/ast.ts';
import type { MapSymbol } from '../typed/tree.ts';
import { didYouMean } from './did-you-mean.ts';
import type { TypeEnvironment } from './typing/environment.ts';

const MAP_KINDS = [
  'hash',
  'lruhash',
  'percpuhash',
  'percpulruhash',
  'percpuarray',
  'array',
] as const satisfies NonNullable<MapSymbol['declared']>[];

/** Enters `let @m = lruhash(100);` into the environment. */
export function declareMaps(script: Script, environment: TypeEnvironment, diagnostics: Diagnostics): void {
  for (const item of script.items) {
    if (item.kind !== 'map-declaration') continue;
    const type = MAP_KINDS.find((one) => one === item.type.text);
    if (!type) {
      const hint = didYouMean(item.type.text, MAP_KINDS) ?? { hint: `kinds are ${MAP_KINDS.join(', ')}` };
      diagnostics.error('unknown-map-type', item.type.span, `unknown kind of map "${item.type.text}"`, hint);
      continue;
    }
    const [size, more] = item.args;
    const entries = size?.kind === 'integer' ? size.value : undefined;
    if (entries === undefined || more || entries < 1n || entries > 0x7fff_ffffn) {
      const message = `${type}() needs its number of entries, as in ${type}(100)`;
      diagnostics.error('invalid-argument', size?.span ?? item.span, message);
      continue;
    }
    const slot = environment.map(item.name.text, item.name.span);
    if (slot.declared) {
      const related = [{ span: slot.span, message: 'declared here' }];
      diagnostics.error('redeclared-map', item.name.span, `${item.name.text} is declared already`, { related });
    } else slot.declared = { type, maxEntries: Number(entries) };
  }
}
