import type { ShownEntry } from '../answers.js';
import { count, fill, joined, shorten, text, type Parts } from './fill.js';
import { personParts, word } from './sentence-actor.js';
import { saying, sentences } from './sentence-texts.js';

type Details = Readonly<Record<string, unknown>>;
type Places = Readonly<Record<string, Parts>>;

/** What the log itself writes: of itself, of those who look at it, and of what it does not have. `undefined`: it is none of these. */
export function logParts(entry: ShownEntry, places: Places): Parts | undefined {
  const details: Details = entry.details ?? {};
  const values = (name: string): Parts => value(details[name]);
  switch (`${entry.source} ${entry.action}`) {
    case 'control chain.open':
      return fill(sentences.chainOpened, {});
    case 'control heads':
      return fill(sentences.heads, { count: lengthOf(details['heads']) });
    case 'control key.rotated': {
      const vouched = typeof details['signature'] === 'string';
      return fill(vouched ? sentences.keyRotated : sentences.keyRotatedUnvouched, {
        from: values('from'),
        to: values('to'),
      });
    }
    case 'control restore.declared':
      return fill(sentences.restoreDeclared, { reason: values('reason') });
    case 'control coverage.changed':
      return triggers(details);
    case 'control coverage.backfill':
      return fill(sentences.backfilled, { ...places, tables: tables(details['tables']), reason: value(entry.reason) });
    case 'read audit.read': {
      const shown = details['count'];
      return fill(shown === 1 ? sentences.lookedAtOne : sentences.lookedAtLog, {
        reader: reader(details, places),
        count: number(shown),
      });
    }
    case 'read audit.exported':
      return fill(sentences.exported, { reader: reader(details, places), format: values('format') });
  }
  if (entry.action === 'audit.verified')
    return fill(sentences.verified, { reader: reader(details, places), verdict: values('verdict') });
  return missing(entry, details, places);
}

/** What the log says that it does not have. */
function missing({ action, flags, resource }: ShownEntry, details: Details, places: Places): Parts | undefined {
  const type: Parts = [{ kind: 'value', text: shorten(resource?.type ?? '') }];
  switch (action) {
    case 'audit.shed':
      return fill(sentences.shed, { count: number(details['count']) });
    case 'audit.spool.damaged':
      return fill(sentences.spoolDamaged, { count: number(details['bytes']) });
    case 'audit.malformed':
      return fill(sentences.malformed, places);
    case 'http.folded':
      return fill(sentences.folded, { count: number(details['folded']) });
    case 'http.unmatched':
      return fill(sentences.unmatched, places);
  }
  if (!flags.includes('gap') || resource === undefined) return undefined;
  if (details['lost'] === true) return fill(sentences.lost, { type, error: value(details['error']) });
  if (word(details['gap']) === undefined) return undefined;
  return fill(sentences.unseenWrite, { ...places, type, why: value(details['gap']) });
}

/** Somebody at a door, a gate or a barrier. */
export function accessParts({ action, resource, details }: ShownEntry, { actor = [] }: Places): Parts | undefined {
  const template = ACCESS[action];
  if (template === undefined || resource?.type !== 'AccessPoint') return undefined;
  const said: Details = details ?? {};
  const vehicle = said['vehicle'];
  const plate = typeof vehicle === 'object' && vehicle !== null && 'plate' in vehicle ? word(vehicle.plate) : undefined;
  const subject = word(said['subject']);
  const who: Parts =
    subject !== undefined && plate !== undefined
      ? fill(saying.plate, { subject: value(subject), plate: value(plate) })
      : [
          subject === undefined && plate === undefined
            ? text(saying.somebody)
            : ({ kind: 'value', text: shorten(subject ?? plate ?? '') } as const),
        ];
  const point: Parts = [{ kind: 'resource', text: shorten(resource.id ?? resource.type), ...resource }];
  const by = word(said['authorizedBy']);
  return joined([
    fill(template, { who, point }),
    by === undefined ? [] : fill(saying.letInBy, { who: [{ kind: 'actor', text: shorten(by), id: by }] }),
    actor.length === 0 ? [] : fill(saying.asSaidBy, { actor }),
  ]);
}

const ACCESS: Readonly<Record<string, string>> = {
  'access.entry': sentences.entered,
  'access.exit': sentences.left,
  'access.denied': sentences.turnedAway,
  'access.visitor': sentences.visited,
};

function triggers(details: Details): Parts {
  const changes = Array.isArray(details['changes']) ? (details['changes'] as readonly unknown[]) : [];
  const [only] = changes;
  if (changes.length !== 1 || typeof only !== 'object' || only === null)
    return fill(sentences.triggersChanged, { count: number(details['count']) });
  const { table, what } = only as Details;
  return fill(sentences.triggerChanged, { table: value(table), what: value(what) });
}

function tables(given: unknown): Parts {
  const names = (Array.isArray(given) ? given : []).map((each: unknown) => (typeof each === 'object' && each !== null && 'table' in each ? word(each.table) : undefined)); // prettier-ignore
  return value(names.filter((name) => name !== undefined).join(', '));
}

function reader(details: Details, { actor = [] }: Places): Parts {
  const said = details['reader'];
  return typeof said === 'object' && said !== null ? personParts(said as Details) : actor;
}

function value(given: unknown): Parts {
  const whole = word(given);
  if (whole === undefined) return [text(saying.missing)];
  const said = shorten(whole);
  return [said === whole ? { kind: 'value', text: whole } : { kind: 'value', text: said, whole }];
}

const number = (given: unknown): string =>
  typeof given === 'number' && Number.isSafeInteger(given) ? count(given) : '?';
const lengthOf = (given: unknown): string => (Array.isArray(given) ? count(given.length) : '?');
