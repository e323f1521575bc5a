import type { Address, FunctionBuilder, Value } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import type { MapSymbol, TypedExpression } from '../typed/tree.ts';
import type { AggregateType } from '../types/type.ts';
import { addToEntry } from './aggregate-entry.ts';
import { addToHistogram } from './histogram.ts';
import { keyPlace, wordAt, wordPlace } from './map-place.ts';
import { plainScalar } from './pointer-provenance.ts';
import type { ProgramState } from './program-state.ts';
import { isSetOffset } from './script-map.ts';

/** Words of a per-CPU value, and what an event does to them; see `AGGREGATE_SIZE`. */
interface Aggregation {
  readonly words: number;
  /** To an entry that this CPU may not have touched yet: zeros. */
  add(b: FunctionBuilder, entry: Address, value: Value): void;
  /** The first value of a new entry. */
  start(b: FunctionBuilder, entry: Address, value: Value): void;
}

/** `@m[key] = count()` and its like: each CPU has a value of its own, so that a plain add will do. */
export function lowerAggregate(
  p: ProgramState,
  map: MapSymbol,
  aggregate: AggregateType,
  key: TypedExpression | undefined,
  value: TypedExpression | undefined,
): void {
  addValue(p, map, aggregate, key, value);
  p.written(map);
}

function addValue(
  p: ProgramState,
  map: MapSymbol,
  aggregate: AggregateType,
  key: TypedExpression | undefined,
  value: TypedExpression | undefined,
): void {
  const added = value ? plainScalar(p, value) : imm(1);
  if (aggregate.kind === 'hist' || aggregate.kind === 'lhist') {
    addToHistogram(p, map, aggregate, key, p.b.register(added));
    return;
  }
  const aggregation = aggregationOf(aggregate);
  const keyAt = keyPlace(p, map, key);
  addToEntry(
    p,
    map,
    keyAt,
    (entry) => {
      aggregation.add(p.b, entry, added);
      const isSet = isSetOffset(p.script.map(map));
      if (isSet !== undefined) p.b.store(8, { ...entry, offset: isSet }, imm(1));
    },
    () => {
      const place = wordPlace(p, aggregation.words);
      aggregation.start(p.b, place, added);
      return place;
    },
  );
}

function aggregationOf(aggregate: AggregateType): Aggregation {
  switch (aggregate.kind) {
    case 'avg':
    case 'stats':
      return TOTAL_AND_COUNT;
    case 'min':
      return extreme(aggregate.signed ? 'slt' : 'lt');
    case 'max':
      return extreme(aggregate.signed ? 'sgt' : 'gt');
    default:
      return TOTAL;
  }
}

/** {total} */
const TOTAL: Aggregation = {
  words: 1,
  add: (b, entry, value) => addTo(b, entry, value),
  start: (b, entry, value) => b.store(8, entry, value),
};

/** {total, count} */
const TOTAL_AND_COUNT: Aggregation = {
  words: 2,
  add(b, entry, value) {
    addTo(b, entry, value);
    addTo(b, wordAt(entry, 1), imm(1));
  },
  start(b, entry, value) {
    b.store(8, entry, value);
    b.store(8, wordAt(entry, 1), imm(1));
  },
};

/** {value, isSet} */
function extreme(better: 'lt' | 'gt' | 'slt' | 'sgt'): Aggregation {
  return {
    words: 2,
    add(b, entry, value) {
      const [compare, replace, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
      const candidate = b.register(value);
      b.branch('ne', b.load(8, wordAt(entry, 1)), imm(0), compare, replace, { likely: 'then' });
      b.setBlock(compare);
      b.branch(better, candidate, reg(b.load(8, entry)), replace, done, { likely: 'otherwise' });
      b.setBlock(replace);
      b.store(8, entry, reg(candidate));
      b.store(8, wordAt(entry, 1), imm(1));
      b.setBlock(done);
    },
    start: TOTAL_AND_COUNT.start,
  };
}

function addTo(b: FunctionBuilder, to: Address, value: Value): void {
  const sum = b.binary('add', b.load(8, to), value);
  b.store(8, to, reg(sum));
}
