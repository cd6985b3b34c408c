import type { Answering } from '../asked.js';
import { begun } from '../begun.js';
import { conditionsOf } from '../conditions.js';
import { NOT_KEPT } from '../headers.js';
import { wrong } from '../refused.js';

/** What is filtered as a file, which is read as fast as it is taken. That it was taken is in the log before its first byte leaves. */
export const exported: Answering = async ({ source, reader, query, request }) => {
  const { order, ...conditions } = { order: orderOf(query.get('order')), ...conditionsOf(query, ['format', 'order']) };
  const format = query.get('format') ?? 'ndjson';
  if (format !== 'csv' && format !== 'ndjson') throw wrong("format must be 'csv' or 'ndjson'");
  const file = source.export({ ...conditions, order }, { format, reader, signal: request.signal });
  // Nothing leaves then.
  const parts = request.method === 'HEAD' ? '' : await begun(file);
  return {
    status: 200,
    headers: {
      'content-type': file.contentType,
      'cache-control': NOT_KEPT,
      'content-disposition': `attachment; filename="${nameOf(conditions.tenant)}.${format}"`,
    },
    body: parts,
  };
};

function orderOf(text: string | null): 'oldest' | 'newest' {
  if (text === null || text === 'oldest') return 'oldest';
  if (text === 'newest') return 'newest';
  throw wrong("order must be 'oldest' or 'newest'");
}

/** Letters that no system has another meaning for. */
function nameOf(tenant: string | undefined): string {
  const plain = (tenant ?? '').replaceAll(/[^\w-]+/g, '-').slice(0, 60);
  return ['audit', plain, new Date().toISOString().slice(0, 16).replaceAll(/[-:]/g, '')].filter((part) => part !== '').join('-'); // prettier-ignore
}
