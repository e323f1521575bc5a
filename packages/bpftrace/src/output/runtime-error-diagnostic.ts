import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Action } from '../script/compiled-script.ts';
import { strerror } from './strerror.ts';

export type RuntimeErrorAction = Extract<Action, { kind: 'runtime-error' }>;

const E2BIG = 7;
const ENOENT = 2;

/**
 * What text mode says of an error at run time. bpftrace writes it to standard error as a warning at its place in the script,
 * so it is no part of what `compileAction` gives.
 *
 * @param result what the helper returned: a negative errno.
 */
export function runtimeErrorDiagnostic(action: RuntimeErrorAction, result: bigint): Diagnostic {
  const { helper, message, span } = action;
  const said = helper
    ? `${explain(helper, Number(result))}\nAdditional Info - helper: ${helper}, retcode: ${result}`
    : message;
  return { code: 'runtime-error', severity: 'warning', message: said, span };
}

function explain(helper: string, result: number): string {
  if (helper === 'map_lookup_elem') return "Can't lookup map element because it does not exist.";
  if (helper === 'map_delete_elem' && result === -ENOENT) return "Can't delete map element because it does not exist.";
  if (helper === 'map_update_elem' && result === -E2BIG) {
    return (
      "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration " +
      'e.g. `let @a = hash(5000)`'
    );
  }
  return strerror(result);
}
