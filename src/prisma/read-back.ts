/**
 * What has become of our comment in a statement as the database has it: it tells of this unit of work, it was changed or written
 * behind, or there is none.
 *
 * @param group the unit of work in which it was sent
 */
export function readBack(query: string, group: string): 'told' | 'changed' | 'none' {
  const [, last = ''] = /\/\*audit1:([0-9a-f]*)\*\/(?:\s|;|\/\*[^*/]*\*\/)*$/.exec(query) ?? [];
  if (last.startsWith(group.replaceAll('-', ''))) return 'told';
  return query.includes('/*audit1:') ? 'changed' : 'none';
}
