/** All of it that the viewer loads when it first needs it, in one file. */
export { checkPage } from './check-page.js';
export { findingOf } from './finding.js';
export { checkSeal } from './seal.js';
export { SealPanel } from './seal-panel.js';
