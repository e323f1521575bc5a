import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, BlockId, Value } from '../ir/index.ts';
import { at, imm, reg } from '../ir/index.ts';
import type { DeleteKey, HasKey, MapRead } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { isAggregate } from '../types/type.ts';
import { mapValue } from './address.ts';
import { clearPerCpu, readAggregate } from './aggregate-read.ts';
import { loadScalar } from './load.ts';
import { findEntry, keyPlace } from './map-place.ts';
import { copyBytes, zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { entryBytes } from './script-map.ts';

/** The value of an entry as a scalar; 0 where there is none. */
export function lowerMapRead(p: ProgramState, e: MapRead): Value {
  const { b } = p;
  if (isAggregate(e.map.value)) return reg(readAggregate(p, e));
  if (!e.key) return reg(loadScalar(p, e, mapValue(b, p.script.map(e.map).spec)));
  const result = b.newRegister();
  withEntry(
    p,
    e,
    (entry) => loadScalar(p, e, entry, result),
    () => b.const(0, result),
  );
  return reg(result);
}

/** Copies the value of an entry; zeros where there is none. */
export function readMapBytes(p: ProgramState, e: MapRead, to: Address): void {
  const { sizeBytes } = layoutOf(e.type);
  if (!e.key) {
    copyBytes(p.b, to, mapValue(p.b, p.script.map(e.map).spec), sizeBytes);
    return;
  }
  withEntry(
    p,
    e,
    (entry) => copyBytes(p.b, to, entry, sizeBytes),
    () => zeroBytes(p.b, to, sizeBytes),
  );
}

/** Goes to `then` where the key is in the map. */
export function branchOnHasKey(p: ProgramState, e: HasKey, then: BlockId, otherwise: BlockId): void {
  p.b.branch('ne', findEntry(p, e.map, e.key), imm(0), then, otherwise);
}

/** Deletes, and goes to `then` where the key was there; a scalar map is set to zero, and unset. */
export function lowerDelete(p: ProgramState, e: DeleteKey): Value {
  const { b } = p;
  const map = p.script.map(e.map);
  if (e.key) {
    const key = keyPlace(p, e.map, e.key);
    p.written(e.map);
    return reg(b.call(HELPER_IDS.map_delete_elem, [{ kind: 'map', map: map.spec }, p.argument(key)]));
  }
  if (map.storage === 'value') zeroBytes(b, mapValue(b, map.spec), entryBytes(map) + 8);
  else clearPerCpu(p, e.map);
  return imm(0);
}

function withEntry(p: ProgramState, e: MapRead, use: (entry: Address) => void, otherwise: () => void): void {
  const { b } = p;
  const entry = findEntry(p, e.map, e.key);
  const [found, missing, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.branch('eq', entry, imm(0), missing, found, { likely: 'otherwise' });
  b.setBlock(found);
  use(at(entry));
  b.goto(done);
  b.setBlock(missing);
  otherwise();
  b.setBlock(done);
}
