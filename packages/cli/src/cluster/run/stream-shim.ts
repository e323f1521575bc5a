import type { EndReason, Ledger, Sink } from '@waggle/trace';
export interface SourceStatus {
  name: string;
  state: 'waiting' | 'starting' | 'streaming' | 'lagging' | 'ended' | 'failed';
  message: string;
  run: string;
  probes: number;
  programs: number;
  ledger: Ledger;
}
export interface StreamOpening {
  info: {
    program: { name: string; script: string; gadget?: string; parameters: readonly string[] };
    trace?: { namespace?: string; name: string };
  };
  script: import('@waggle/bpftrace').CompiledScript;
  createdNs: bigint;
}
export class StreamError extends Error {
  code = 'CUT';
}
export class FrameReader {
  constructor(_o: { open(opening: StreamOpening): Sink; onSource?(status: SourceStatus): void }) {}
  push(_c: Uint8Array): void {}
  ready(): Promise<void> | undefined {
    return undefined;
  }
  finish(): void {}
  reconnect(): void {}
  readonly resume: string = '';
  readonly sources: readonly SourceStatus[] = [];
  get ledger(): Ledger {
    throw new Error('x');
  }
  readonly end: { reason: EndReason; exitCode: number; error?: string } | undefined = undefined;
}
