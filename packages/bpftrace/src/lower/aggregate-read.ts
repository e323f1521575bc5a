import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, VirtualRegister } from '../ir/index.ts';
import { at, imm, mapAddress, reg } from '../ir/index.ts';
import type { MapRead, MapSymbol } from '../typed/tree.ts';
import type { Type } from '../types/type.ts';
import { keyPlace, wordAt } from './map-place.ts';
import { zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { entryBytes, isSetOffset } from './script-map.ts';

/** The merged value of an aggregate over all CPUs: the sum, the average, the extreme; 0 where there is none. */
export function readAggregate(p: ProgramState, e: MapRead): VirtualRegister {
  const { b } = p;
  const type = e.map.value;
  requirePerCpuLookup(p, e);
  const [result, count] = [b.const(0), b.const(0)];
  forEachCpu(p, e.map, keyPlace(p, e.map, e.key), (entry) => merge(p, type, entry, result, count));
  if (type.kind === 'avg' || type.kind === 'stats') average(p, type, result, count);
  return result;
}

/** Replaces the total by the average, rounded towards zero. The machine's division by zero gives zero: the average of nothing. */
function average(
  p: ProgramState,
  type: Extract<Type, { readonly signed: boolean }>,
  total: VirtualRegister,
  count: VirtualRegister,
): void {
  const { b } = p;
  if (!type.signed) {
    b.binary('div', total, reg(count), 64, total);
    return;
  }
  const [negative, natural, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.branch('slt', total, imm(0), negative, natural, { likely: 'otherwise' });
  b.setBlock(natural);
  b.binary('div', total, reg(count), 64, total);
  p.cold(negative, () => {
    b.neg(b.binary('div', b.neg(total), reg(count)), total);
    b.goto(done);
  });
  b.setBlock(done);
}

/** Sets the value of a scalar map to zero on every CPU, and unset. */
export function clearPerCpu(p: ProgramState, map: MapSymbol): void {
  const storage = p.script.map(map);
  const size = isSetOffset(storage) === undefined ? entryBytes(storage) : entryBytes(storage) + 8;
  requirePerCpuLookup(p, { map, span: map.span });
  forEachCpu(p, map, keyPlace(p, map, undefined), (entry) => zeroBytes(p.b, entry, size));
}

function requirePerCpuLookup(p: ProgramState, e: Pick<MapRead, 'map' | 'span'>): void {
  if (p.script.kernelHas(5, 19)) return;
  const [major, minor] = p.script.facts.kernelVersion;
  p.script.diagnostics.error(
    'kernel-too-old',
    e.span,
    `reading ${e.map.name} in a probe needs Linux 5.19, this is ${major}.${minor}`,
  );
}

/** Runs `use` with each CPU's value of an entry; none where the entry is missing. */
function forEachCpu(p: ProgramState, map: MapSymbol, key: Address, use: (entry: Address) => void): void {
  const { b } = p;
  const [loop, found, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  const cpu = b.const(0);
  b.setBlock(loop);
  const spec = mapAddress(p.script.map(map).spec);
  const entry = b.call(HELPER_IDS.map_lookup_percpu_elem, [spec, p.argument(key), reg(cpu)]);
  b.branch('ne', entry, imm(0), found, done, { likely: 'then' });
  b.setBlock(found);
  use(at(entry));
  b.binary('add', cpu, imm(1), 64, cpu);
  b.branch('lt', cpu, imm(p.script.facts.cpus.possible), loop, done);
  b.setBlock(done);
}

function merge(p: ProgramState, type: Type, entry: Address, result: VirtualRegister, count: VirtualRegister): void {
  const { b } = p;
  switch (type.kind) {
    case 'avg':
    case 'stats':
      b.binary('add', count, reg(b.load(8, wordAt(entry, 1))), 64, count);
      b.binary('add', result, reg(b.load(8, entry)), 64, result);
      return;
    case 'min':
    case 'max':
      mergeExtreme(p, type, entry, result, count);
      return;
    default:
      b.binary('add', result, reg(b.load(8, entry)), 64, result);
  }
}

/** `seen` is not 0 once a CPU had a value. */
function mergeExtreme(
  p: ProgramState,
  type: Extract<Type, { readonly signed: boolean }>,
  entry: Address,
  result: VirtualRegister,
  seen: VirtualRegister,
): void {
  const { b } = p;
  const [isSet, compare, replace, next] = [b.newBlock(), b.newBlock(), b.newBlock(), b.newBlock()];
  const comparison = type.kind === 'min' ? 'lt' : 'gt';
  const better = type.signed ? (`s${comparison}` as const) : comparison;
  b.branch('ne', b.load(8, wordAt(entry, 1)), imm(0), isSet, next);
  b.setBlock(isSet);
  const value = b.load(8, entry);
  b.branch('ne', seen, imm(0), compare, replace);
  b.setBlock(compare);
  b.branch(better, value, reg(result), replace, next);
  b.setBlock(replace);
  b.copy(value, result);
  b.const(1, seen);
  b.setBlock(next);
}
