import { parseJsonObject } from '../event/json-object.js';
import type { Note } from './report.js';
import { show } from './show.js';
import type { ChainRecord, EntryRecord } from './source.js';

/** Entry 0 says whose chain this is; without that check a whole chain could be given to another tenant. */
export function checkOpening(entry: EntryRecord, chain: ChainRecord, found: Note): void {
  const wrong = (message: string): void => found('OPENING_WRONG', message, { seq: 0, id: entry.id });
  if (entry.action !== 'chain.open') return wrong(`entry 0 is ${show(entry.action)}, not chain.open`);
  const { content } = entry;
  if (content === undefined) return;
  const data = parseJsonObject(content?.data ?? '');
  if (content === null || data === undefined) return wrong('entry 0 has no readable data');
  const details = parseJsonObject(JSON.stringify(data['details'] ?? null));
  if (details?.['origin'] !== chain.origin || details['tenant'] !== chain.tenant)
    return wrong('entry 0 opens the chain of another origin or tenant');
  if (!/^[0-9a-f]{32}$/.test(String(details['nonce']))) wrong('entry 0 has no nonce of 32 hex digits');
  const { source, op, model, resourceId, group, header, flags } = content;
  const isControl = source === 'control' && op === 'chain.open';
  if (!isControl || (model ?? resourceId ?? group ?? header ?? flags) !== null || (content.tenant ?? '') !== chain.tenant)
    wrong('the captured row of entry 0 is not that of an opening'); // prettier-ignore
}

/** A chain is opened once. */
export function checkNoOpening(entry: EntryRecord, found: Note): void {
  if (entry.action === 'chain.open' && entry.content?.source === 'control')
    found('OPENING_WRONG', `entry ${entry.seq} opens a chain that is open`, { seq: entry.seq, id: entry.id });
}
