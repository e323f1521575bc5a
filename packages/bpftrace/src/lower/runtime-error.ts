import type { Value } from '../ir/index.ts';
import type { Span } from '../source/span.ts';
import { INT64 } from '../types/type.ts';
import type { ProgramState } from './program-state.ts';
import { layoutRecord } from './record-layout.ts';
import { sendFixed } from './send-record.ts';

/** Reports that something went wrong while the script ran: `result` is what a helper gave. */
export function runtimeError(p: ProgramState, message: string, span: Span, result: Value): void {
  const layout = layoutRecord([{ name: 'result', type: INT64 }], false);
  const action = p.script.addAction({ kind: 'runtime-error', message, span, layout });
  sendFixed(p, action, layout, (record, fieldOffset) => {
    p.b.store(8, { ...record, offset: fieldOffset(0) }, result);
  });
}
