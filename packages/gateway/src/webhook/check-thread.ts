import { parentPort } from 'node:worker_threads';
import type { TraceKind } from '@waggle/kube';
import { checkTrace, type TraceCheck } from './check-trace.ts';

export interface CheckRequest {
  readonly id: number;
  readonly spec: unknown;
  readonly kind: TraceKind;
}

export interface CheckAnswer {
  readonly id: number;
  /** Absent where the compiler has a defect: the message says which. */
  readonly check?: TraceCheck;
  readonly defect?: string;
}

/** What the thread of a `TraceChecker` does: checks one spec after the other. */
export function serveChecks(): void {
  const port = parentPort!;
  port.on('message', ({ id, spec, kind }: CheckRequest) => {
    const answer: CheckAnswer = { id, ...attempt(spec, kind) };
    port.postMessage(answer);
  });
}

function attempt(spec: unknown, kind: TraceKind): Omit<CheckAnswer, 'id'> {
  try {
    return { check: checkTrace(spec, kind) };
  } catch (error) {
    return { defect: (error as Error).message };
  }
}
