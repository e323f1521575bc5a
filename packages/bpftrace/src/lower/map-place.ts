import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, VirtualRegister } from '../ir/index.ts';
import { imm, mapAddress } from '../ir/index.ts';
import type { MapSymbol, TypedExpression } from '../typed/tree.ts';
import { behind } from './address.ts';
import { isPadded } from './bytes-type.ts';
import { countLoss } from './ledger.ts';
import type { ProgramState } from './program-state.ts';
import { isScalar, scalarSize } from './scalar-type.ts';
import { keyBytes } from './script-map.ts';
import { stableValue } from './stable-value.ts';

/** bpf_map_update_elem: create or overwrite; create only. */
export const BPF_ANY = 0;
export const BPF_NOEXIST = 1;
const EEXIST = 17;

/** Where the key for a lookup is: of a scalar map, the index 0. */
export function keyPlace(p: ProgramState, map: MapSymbol, key: TypedExpression | undefined): Address {
  const size = keyBytes(p.script.map(map));
  if (!key) {
    const place = p.slot(4, 'index');
    p.b.store(4, place, imm(0));
    return place;
  }
  if (isScalar(key.type)) {
    const value = p.scalar(key);
    const place = p.slot(size, 'key');
    p.b.store(scalarSize(key.type), place, value);
    return place;
  }
  const asIs = isPadded(key.type) && p.script.map(map).storage !== 'per-cpu-bucket-keys';
  if (asIs) return p.bytes(key);
  const place = p.temporary(size, 'key');
  p.write(key, place);
  return place;
}

/** The address of the entry, or 0: to be compared before it is used. */
export function lookup(p: ProgramState, map: MapSymbol, key: Address): VirtualRegister {
  return p.b.call(HELPER_IDS.map_lookup_elem, [mapAddress(p.script.map(map).spec), p.argument(key)]);
}

/**
 * The address of the entry, or 0, for reading it. A key that is the same all through the program is looked up once, until something is
 * written to the map: the predicate of a probe often asks for the entry that its body reads.
 */
export function findEntry(p: ProgramState, map: MapSymbol, key: TypedExpression | undefined): VirtualRegister {
  const stable = key && stableValue(key);
  const find = () => lookup(p, map, keyPlace(p, map, key));
  return stable === undefined ? find() : p.once(`entry ${map.name} ${p.generation(map)} ${stable}`, find);
}

/** Makes or overwrites an entry; what fails is counted. With BPF_NOEXIST, `exists` runs where somebody else was faster. */
export function update(p: ProgramState, map: MapSymbol, key: Address, value: Address, exists?: () => void): void {
  const { b } = p;
  const flags = exists ? BPF_NOEXIST : BPF_ANY;
  const spec = mapAddress(p.script.map(map).spec);
  const result = b.call(HELPER_IDS.map_update_elem, [spec, p.argument(key), p.argument(value), imm(flags)]);
  const [failed, done] = [b.newBlock(), b.newBlock()];
  b.branch('ne', result, imm(0), failed, done, { likely: 'otherwise' });
  p.cold(failed, () => {
    if (exists) {
      const [race, full] = [b.newBlock(), b.newBlock()];
      b.branch('eq', result, imm(-EEXIST), race, full);
      b.setBlock(race);
      exists();
      b.goto(done);
      b.setBlock(full);
    }
    countLoss(p, 'mapFull', done);
  });
  b.setBlock(done);
}

/** An 8-byte value for `update`. */
export function wordPlace(p: ProgramState, words: number): Address {
  return p.slot(words * 8, 'value');
}

export function wordAt(place: Address, index: number): Address {
  return behind(place, index * 8);
}
