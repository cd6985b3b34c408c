export { Sealer, type SealerOptions, type SealerState } from './sealer.js';
