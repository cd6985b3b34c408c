import { CHANGES } from './changes.js';
import { CREATES } from './creates.js';
import { NESTED } from './nested.js';
import type { Operation } from './operation.js';
import { RAW } from './raw.js';
import { TRANSACTIONS } from './transactions.js';

export const OPERATIONS: Operation[] = [...CREATES, ...CHANGES, ...NESTED, ...RAW, ...TRANSACTIONS];
