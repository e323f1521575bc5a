export { type OnPerfRecord, PerfBuffer } from './perf-buffer.ts';
export { Poller, type PollerOptions } from './poller.ts';
export { type OnRecord, RingBuffer } from './ring-buffer.ts';
