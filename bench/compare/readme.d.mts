/** `results`: what `npm run compare` has written to results.json. */
export function comparisonBlock(results: unknown): string;
export function setupBlock(results: unknown): string;
export function writeReadme(results: unknown): void;
