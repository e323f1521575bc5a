import { HELPER_IDS } from '@waggle/bpf/asm';
import type { VirtualRegister } from '../ir/index.ts';
import { FunctionBuilder, functionAddress, imm, mapAddress } from '../ir/index.ts';
import type { MapSymbol } from '../typed/tree.ts';
import type { ProgramState } from './program-state.ts';

/** `len(@m)`: the helper walks the map and says how many entries it has met (Linux 5.13). */
export function mapLength(p: ProgramState, map: MapSymbol): VirtualRegister {
  const visit = new FunctionBuilder(p.callbackName(), 4);
  p.inFunction(visit, () => p.b.return(imm(0)));
  const spec = mapAddress(p.script.map(map).spec);
  return p.b.call(HELPER_IDS.for_each_map_elem, [spec, functionAddress(visit.name), imm(0), imm(0)]);
}
