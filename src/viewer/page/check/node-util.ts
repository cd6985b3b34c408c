/** As much of `node:util` as files ask for that the page has parts of; it runs none of it. */
export const types = { isDate: (value: unknown): value is Date => value instanceof Date };
