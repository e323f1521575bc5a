import { HELPER_IDS } from '@waggle/bpf/asm';
import type { BlockId, VirtualRegister } from '../ir/index.ts';
import { at, imm, mapAddress, reg } from '../ir/index.ts';
import { INTERNAL_MAPS } from '../script/compiled-script.ts';
import type { IdentityRead } from '../typed/tree.ts';
import type { ProgramState } from './program-state.ts';
import { identityName } from './script-state.ts';

/** The number of a text about who the current task is; 0 where that is not known. */
export function lowerIdentity(p: ProgramState, { field }: IdentityRead): VirtualRegister {
  return p.once(`identity ${identityName(field)}`, () => {
    const { b } = p;
    const offset = p.script.identityOffset(field);
    const entry = p.once('identity', () => findIdentity(p));
    const result = b.const(0);
    const [known, done] = [b.newBlock(), b.newBlock()];
    b.branch('ne', entry, imm(0), known, done, { likely: 'then' });
    b.setBlock(known);
    b.load(4, at(entry, offset), result);
    b.goto(done);
    b.setBlock(done);
    return result;
  });
}

/** The entry of the current cgroup, or of its nearest ancestor that has one; 0 where there is none. */
function findIdentity(p: ProgramState): VirtualRegister {
  const { b } = p;
  const levels = [...(p.script.options.identity?.levels ?? [])].sort((deeper, higher) => higher - deeper);
  const own = p.once('cgroup', () => b.call(HELPER_IDS.get_current_cgroup_id, []));
  const entry = b.newRegister();
  lookUp(p, own, entry);
  if (levels.length === 0) return entry;
  const [missing, done] = [b.newBlock(), b.newBlock()];
  b.branch('ne', entry, imm(0), done, missing, { likely: 'then' });
  p.cold(missing, () => tryAncestors(p, levels, entry, done));
  b.setBlock(done);
  return entry;
}

/** Where a cgroup is not so deep, its ancestor there has the id 0, as no cgroup has. */
function tryAncestors(p: ProgramState, levels: readonly number[], entry: VirtualRegister, done: BlockId): void {
  const { b } = p;
  for (const [i, level] of levels.entries()) {
    lookUp(p, b.call(HELPER_IDS.get_current_ancestor_cgroup_id, [imm(level)]), entry);
    if (i === levels.length - 1) break;
    const next = b.newBlock();
    b.branch('ne', entry, imm(0), done, next);
    b.setBlock(next);
  }
  b.goto(done);
}

function lookUp(p: ProgramState, id: VirtualRegister, entry: VirtualRegister): void {
  const { b } = p;
  const key = p.slot(8, 'cgroup id');
  b.store(8, key, reg(id));
  b.call(HELPER_IDS.map_lookup_elem, [mapAddress(INTERNAL_MAPS.identities), p.argument(key)], entry);
}
