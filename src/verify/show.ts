/** A stored value inside a message: as JSON, so that it stays in its quotes, and not at length. */
export function show(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
