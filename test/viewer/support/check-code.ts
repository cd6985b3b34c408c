/** What the page checks by, in one bundle. */
export { checkFolder } from '../../../src/viewer/page/check/proof-steps.js';
export { isSameValue } from '../../../src/viewer/page/check/same-value.js';
export { checkSeal } from '../../../src/viewer/page/check/seal.js';
export { verdictOf } from '../../../src/viewer/page/check/steps.js';
