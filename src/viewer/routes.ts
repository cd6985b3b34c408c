import { access, around, count, entries, entry, group } from './api/entries.js';
import { session } from './api/session.js';
import type { Answering } from './asked.js';

/** Whatever can be asked, by its path below `api/`; a segment with a colon is a parameter. */
const ROUTES: Readonly<Record<string, Partial<Record<'GET' | 'POST', Answering>>>> = {
  session: { GET: session },
  entries: { GET: entries },
  count: { GET: count },
  'entries/:id': { GET: entry },
  'entries/:id/around': { GET: around },
  'groups/:id': { GET: group },
  access: { GET: access },
};

export interface Matched {
  readonly methods: Partial<Record<'GET' | 'POST', Answering>>;
  readonly params: Readonly<Record<string, string>>;
}

/** @param segments behind `api/`, decoded */
export function routeOf(segments: readonly string[]): Matched | undefined {
  for (const { names, methods } of TABLE) {
    if (names.length !== segments.length) continue;
    if (!names.every((name, at) => name.startsWith(':') || name === segments[at])) continue;
    const params = names.flatMap((name, at) => (name.startsWith(':') ? [[name.slice(1), segments[at] ?? '']] : []));
    return { methods, params: Object.fromEntries(params) as Record<string, string> };
  }
  return undefined;
}

const TABLE = Object.entries(ROUTES).map(([path, methods]) => ({ names: path.split('/'), methods }));
