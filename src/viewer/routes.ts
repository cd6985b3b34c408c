import { access, around, count, entries, entry, group } from './api/entries.js';
import { exported } from './api/export.js';
import { facets, failures, pattern } from './api/numbers.js';
import { overview, status } from './api/overview.js';
import { difference, history, reads, revert, state } from './api/records.js';
import { proof } from './api/proof.js';
import { sealed, sealedList } from './api/sealed.js';
import { session } from './api/session.js';
import { tail } from './api/tail.js';
import { startVerify, verifyState } from './api/verify.js';
import type { Answering } from './asked.js';

/** Whatever can be asked, by its path below `api/`; a segment with a colon is a parameter. */
const ROUTES: Readonly<Record<string, Partial<Record<'GET' | 'POST', Answering>>>> = {
  session: { GET: session },
  entries: { GET: entries },
  count: { GET: count },
  'entries/sealed': { GET: sealedList },
  'entries/:id': { GET: entry },
  'entries/:id/around': { GET: around },
  'entries/:id/sealed': { GET: sealed },
  'entries/:id/proof': { GET: proof },
  'entries/:id/revert': { GET: revert },
  'groups/:id': { GET: group },
  'records/:type/:id/history': { GET: history },
  'records/:type/:id/state': { GET: state },
  'records/:type/:id/difference': { GET: difference },
  'records/:type/:id/reads': { GET: reads },
  'record/history': { GET: history },
  'record/state': { GET: state },
  'record/difference': { GET: difference },
  'record/reads': { GET: reads },
  access: { GET: access },
  facets: { GET: facets },
  failures: { GET: failures },
  pattern: { GET: pattern },
  overview: { GET: overview },
  status: { GET: status },
  tail: { GET: tail },
  export: { GET: exported },
  verify: { GET: verifyState, POST: startVerify },
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
