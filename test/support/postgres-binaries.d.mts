/** What a child process needs to run as another user than root. */
export const runAs: { uid: number; gid: number } | { uid?: never; gid?: never };

/** A folder for temporary files that {@link runAs} can reach. */
export function temporaryFolder(): string;

/** Paths of the two programs, ready to run as {@link runAs}. @param major the release line; the one in node_modules when absent */
export function findBinaries(major?: 14 | 15 | 16 | 17 | 18): { initdb: string; postgres: string };
