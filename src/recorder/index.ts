export type { Reached, Receipt, Recorder, RecordOptions } from './port.js';
export { QueueRecorder, type CloseFacts, type QueueFacts, type QueueOptions } from './queue.js';
export type { SpoolOptions } from './spool/spool-outlet.js';
