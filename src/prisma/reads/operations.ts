/** Their own rows are changes, which capture logs. What is not among them reads: so does what a later Prisma adds. */
const WRITES: ReadonlySet<string> = new Set([
  'create',
  'createMany',
  'createManyAndReturn',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'upsert',
  'delete',
  'deleteMany',
]);

export const isWrite = (operation: string): boolean => WRITES.has(operation);

/** Their result is one row or none, and `where` may hold its key. */
export const isUnique = (operation: string): boolean => operation.startsWith('findUnique');
