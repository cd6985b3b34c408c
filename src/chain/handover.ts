/** What a key signs when it hands over to the next (both as vkeys): bound to both, and good for nothing else. */
export function handoverStatement(from: string, to: string): string {
  return `audit-key-rotated/v1\n${from}\n${to}\n`;
}
