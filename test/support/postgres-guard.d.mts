import type { ChildProcess } from 'node:child_process';

/** Ends a process and removes its folder when this process is gone, however it went. */
export function startGuard(folder: string): { watch(child: ChildProcess): void; dismiss(): void };
