export { measure, type Measured } from './metrics.js';
export { Tally, type Counted } from './tally.js';
export { followTraces } from './trace.js';
