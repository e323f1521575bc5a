import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Value } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import { GLOBALS, INTERNAL_MAPS } from '../script/compiled-script.ts';
import type { Builtin } from '../typed/tree.ts';
import { mapValue } from './address.ts';
import { pidAndTid } from './current-task.ts';
import type { ProgramState } from './program-state.ts';

/** A builtin of scalar type. `comm` is bytes in memory. */
export function lowerBuiltin(p: ProgramState, e: Builtin): Value {
  const { b } = p;
  switch (e.name) {
    case 'pid':
      return reg(b.binary('rsh', pidAndTid(p), imm(32)));
    case 'tid':
      return reg(b.extend(pidAndTid(p), 32, false));
    case 'uid':
      return reg(b.extend(uidAndGid(p), 32, false));
    case 'gid':
      return reg(b.binary('rsh', uidAndGid(p), imm(32)));
    case 'cpu':
      return reg(b.call(HELPER_IDS.get_smp_processor_id, []));
    case 'numaid':
      return reg(b.call(HELPER_IDS.get_numa_node_id, []));
    case 'rand':
      return reg(b.extend(b.call(HELPER_IDS.get_prandom_u32, []), 32, false));
    case 'cgroup':
      return reg(p.once('cgroup', () => b.call(HELPER_IDS.get_current_cgroup_id, [])));
    case 'curtask':
      // As a number. Where it is dereferenced, `trustedPointer` asks for the typed one.
      return reg(b.call(HELPER_IDS.get_current_task, []));
    case 'nsecs':
      return reg(b.call(HELPER_IDS.ktime_get_ns, []));
    case 'nsecs_boot':
      return reg(b.call(HELPER_IDS.ktime_get_boot_ns, []));
    case 'nsecs_tai':
      return reg(b.call(HELPER_IDS.ktime_get_tai_ns, []));
    case 'nsecs_sw_tai':
      return reg(b.binary('add', b.call(HELPER_IDS.ktime_get_ns, []), global(p, GLOBALS.taiOffsetNs)));
    case 'elapsed': {
      const now = b.call(HELPER_IDS.ktime_get_boot_ns, []);
      return reg(b.binary('sub', now, global(p, GLOBALS.startNs)));
    }
    case 'jiffies':
      return reg(b.call(HELPER_IDS.jiffies64, []));
    case 'ctx':
      return reg(p.contextPointer());
    case 'func_ip':
      return reg(b.call(HELPER_IDS.get_func_ip, [p.context()]));
    case 'comm':
      throw new Error('comm is no scalar');
  }
}

function uidAndGid(p: ProgramState) {
  return p.once('uid and gid', () => p.b.call(HELPER_IDS.get_current_uid_gid, []));
}

/** A word that the engine writes before the script starts. */
function global(p: ProgramState, offset: number): Value {
  p.use('globals');
  return reg(p.b.load(8, mapValue(p.b, INTERNAL_MAPS.globals, offset)));
}
