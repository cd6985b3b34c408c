export type { Reached, Receipt, Recorder, RecordOptions } from './port.js';
export { QueueRecorder } from './queue.js';
export type { CloseFacts, QueueFacts, QueueOptions } from './queue-options.js';
export type { SpoolOptions } from './spool/spool-outlet.js';
export { ReadLog } from './reads.js';
