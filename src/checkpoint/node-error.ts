/** Code of an error of Node's, `ENOENT`. By its shape: it may come from another realm. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  const isMessage = typeof error === 'object' && error !== null && 'message' in error;
  return String(isMessage ? error.message : error);
}
