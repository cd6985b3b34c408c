/** What a child process needs to run as another user than root. */
export const runAs: { uid: number; gid: number } | { uid?: never; gid?: never };

/** A folder for temporary files that {@link runAs} can reach. */
export function temporaryFolder(): string;
