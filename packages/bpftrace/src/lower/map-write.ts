import type { Address, Value, VirtualRegister } from '../ir/index.ts';
import { at, imm, reg } from '../ir/index.ts';
import type { MapSymbol, MapUpdate, TypedExpression } from '../typed/tree.ts';
import { walk } from '../typed/typed-children.ts';
import { layoutOf } from '../types/layout.ts';
import { mapValue } from './address.ts';
import { wrap } from './arithmetic.ts';
import { keyPlace, lookup, update, wordPlace } from './map-place.ts';
import { copyBytes } from './memory.ts';
import { plainScalar } from './pointer-provenance.ts';
import type { ProgramState } from './program-state.ts';
import { isScalar } from './scalar-type.ts';
import { entryBytes, isSetOffset } from './script-map.ts';

/** `@m[key] = value` */
export function assignMap(
  p: ProgramState,
  map: MapSymbol,
  key: TypedExpression | undefined,
  value: TypedExpression,
): void {
  if (isScalar(value.type)) assignScalar(p, map, key, p.scalar(value));
  else if (key) assignBytes(p, map, key, value);
  else assignWhole(p, map, value);
  p.written(map);
}

/**
 * `@m[key] += delta`, atomically. Gives the old or the new value where `wanted`; an add that nobody asks for its result is
 * cheaper.
 */
export function updateMap(p: ProgramState, e: MapUpdate, wanted: boolean): Value {
  const { b } = p;
  const delta = plainScalar(p, e.delta);
  const old = e.key ? addKeyed(p, e.map, e.key, delta, wanted) : addScalar(p, e.map, delta, wanted);
  p.written(e.map);
  if (!old) return imm(0);
  return reg(wrap(p, e.type, e.gives === 'old' ? old : b.binary('add', old, delta)));
}

function assignScalar(p: ProgramState, map: MapSymbol, key: TypedExpression | undefined, value: Value): void {
  const { b } = p;
  if (!key) {
    b.store(8, mapValue(b, p.script.map(map).spec), value);
    markSet(p, map);
    return;
  }
  const keyAt = keyPlace(p, map, key);
  const make = () => {
    const place = wordPlace(p, 1);
    b.store(8, place, value);
    update(p, map, keyAt, place);
  };
  // Entries that are never deleted are there after the first time: to find and overwrite one is cheaper than to replace it.
  if (p.script.deletes(map)) make();
  else overwrite(p, map, keyAt, (entry) => b.store(8, entry, value), make);
}

function assignBytes(p: ProgramState, map: MapSymbol, key: TypedExpression, value: TypedExpression): void {
  const size = entryBytes(p.script.map(map));
  const place = p.temporary(size, 'value');
  p.write(value, place);
  const { sizeBytes } = layoutOf(value.type);
  for (let at = sizeBytes; at < size; at++) p.b.store(1, { ...place, offset: place.offset + at }, imm(0));
  update(p, map, keyPlace(p, map, key), place);
}

/** A scalar map that holds bytes: written in place, unless the value is made of the map itself. */
function assignWhole(p: ProgramState, map: MapSymbol, value: TypedExpression): void {
  const { b } = p;
  const { spec } = p.script.map(map);
  const ofItself = [...walk([], [value])].some((e) => e.kind === 'map' && e.map === map);
  if (ofItself) {
    const { sizeBytes } = layoutOf(value.type);
    const place = p.temporary(sizeBytes, 'value');
    p.write(value, place);
    copyBytes(b, mapValue(b, spec), place, sizeBytes);
  } else {
    // Behind the value stands the word that is set below.
    p.write(value, p.giveSlack(mapValue(b, spec)));
  }
  markSet(p, map);
}

function markSet(p: ProgramState, map: MapSymbol): void {
  const storage = p.script.map(map);
  const offset = isSetOffset(storage);
  if (offset !== undefined) p.b.store(8, mapValue(p.b, storage.spec, offset), imm(1));
}

function overwrite(
  p: ProgramState,
  map: MapSymbol,
  key: Address,
  use: (entry: Address) => void,
  make: () => void,
): void {
  const { b } = p;
  const entry = lookup(p, map, key);
  const [found, missing, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.branch('ne', entry, imm(0), found, missing, { likely: 'then' });
  b.setBlock(found);
  use(at(entry));
  p.cold(missing, () => {
    make();
    b.goto(done);
  });
  b.setBlock(done);
}

function addScalar(p: ProgramState, map: MapSymbol, delta: Value, wanted: boolean): VirtualRegister | undefined {
  const { b } = p;
  const old = add(p, mapValue(b, p.script.map(map).spec), delta, wanted ? b.newRegister() : undefined);
  markSet(p, map);
  return old;
}

/** Finds or makes the entry. Where two CPUs make it at once, the slower one adds to what the other made. */
function addKeyed(
  p: ProgramState,
  map: MapSymbol,
  key: TypedExpression,
  delta: Value,
  wanted: boolean,
): VirtualRegister | undefined {
  const { b } = p;
  const old = wanted ? b.newRegister() : undefined;
  const keyAt = keyPlace(p, map, key);
  overwrite(
    p,
    map,
    keyAt,
    (entry) => add(p, entry, delta, old),
    () => {
      const place = wordPlace(p, 1);
      b.store(8, place, delta);
      if (old) b.const(0, old);
      update(p, map, keyAt, place, () => addToExisting(p, map, keyAt, delta, old));
    },
  );
  return old;
}

function addToExisting(
  p: ProgramState,
  map: MapSymbol,
  key: Address,
  delta: Value,
  old: VirtualRegister | undefined,
): void {
  const { b } = p;
  const [found, done] = [b.newBlock(), b.newBlock()];
  const entry = lookup(p, map, key);
  b.branch('ne', entry, imm(0), found, done);
  b.setBlock(found);
  add(p, at(entry), delta, old);
  b.setBlock(done);
}

function add(
  p: ProgramState,
  to: Address,
  delta: Value,
  old: VirtualRegister | undefined,
): VirtualRegister | undefined {
  const amount = p.b.register(delta);
  if (old === undefined) p.b.atomic('add', 8, to, amount);
  else p.b.atomicFetch('add', 8, to, amount, old);
  return old;
}
