import type { Action, Conversion, Type } from '@waggle/bpftrace';
import { FrameProblem } from '../stream-error.ts';
import type { StreamMap } from './script-json.ts';

/** That an action's fields are those that showing it relies on. @throws FrameProblem */
export function checkAction(action: Action, maps: readonly StreamMap[], at: string): void {
  const types = action.layout.fields.map(({ type }) => type);
  const wants = (good: boolean, what: string) => {
    if (!good) throw new FrameProblem(`schema: ${at}: ${action.kind} ${what}`);
  };
  switch (action.kind) {
    case 'printf':
    case 'cat':
    case 'system': {
      const conversions = action.format.segments.filter((segment) => segment.kind === 'conversion');
      wants(conversions.length === types.length, `has ${types.length} values for ${conversions.length} conversions`);
      conversions.forEach((conversion, index) => {
        wants(takes(conversion, types[index]!), `shows ${types[index]!.kind} as %${conversion.conversion}`);
      });
      return;
    }
    case 'print-map':
    case 'clear-map':
    case 'zero-map':
      wants(
        maps.some(({ name }) => name === action.map),
        `names no map: ${action.map}`,
      );
      return;
    case 'print-entry':
      wants(
        maps.some(({ name, key }) => name === action.map && key !== undefined) && types.length === 1,
        'names no map with keys',
      );
      return;
    case 'join':
      wants(types[0]?.kind === 'int' && types.slice(1).every(({ kind }) => kind === 'string'), 'has no list of texts');
      return;
    case 'exit':
      wants(types[0]?.kind === 'int', 'has no code');
      return;
    case 'runtime-error':
      wants(types[0]?.kind === 'int' && types[0].sizeBytes === 8, 'has no result');
      return;
    case 'print-value':
    case 'event':
    case 'time':
      return;
  }
}

/** What the compiler lets a conversion show. */
function takes({ conversion }: Conversion, { kind }: Type): boolean {
  if (conversion === 's') return kind !== 'none';
  if (conversion === 'r' || conversion === 'rx' || conversion === 'rh') return kind === 'buffer';
  return kind === 'int' || kind === 'bool' || kind === 'pointer';
}
