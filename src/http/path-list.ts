import { regexpPattern } from './regexp-pattern.js';
import type { AuditRequest } from './request.js';

/**
 * The pattern of a route out of what Express was given as its path: a text, a RegExp, or a list of both. Always what the
 * application wrote.
 * @param path of the request, below what the router is mounted under
 */
export function patternOf(given: unknown, path: string, params: AuditRequest['params']): string | undefined {
  if (typeof given === 'string') return given;
  if (given instanceof RegExp) return regexpPattern(given, path, params);
  if (!Array.isArray(given)) return undefined;
  const entries: unknown[] = given.flat(Infinity);
  // Express does not say which it was.
  const entry = entries.find((each) => matches(each, path, params)) ?? entries[0];
  return patternOf(entry, path, params);
}

function matches(entry: unknown, path: string, params: AuditRequest['params']): boolean {
  if (entry instanceof RegExp) return new RegExp(entry.source, entry.flags.replaceAll(/[gy]/g, '')).test(path);
  if (typeof entry !== 'string') return false;
  const wanted = normal(decoded(path));
  return [true, false].some((bare) => filled(entry, params ?? {}, bare) === wanted);
}

/** A text with the values of its parameters put in: of Express 5 (`{/:id}`, `*path`) and 4 (`:id(\\d+)?`, `*`). */
function filled(entry: string, params: Readonly<Record<string, unknown>>, bare: boolean): string | undefined {
  let missing = false;
  let stars = 0;
  const valueOf = (name: string): string => {
    const value = params[name];
    missing ||= value === undefined;
    return Array.isArray(value) ? value.join('/') : String(value);
  };
  const text = entry
    .replaceAll(/\{([^{}]*)\}/g, (_, part: string) => {
      const name = /[:*](\w+)/.exec(part)?.[1];
      return (name === undefined ? bare : params[name] !== undefined) ? part : '';
    })
    .replaceAll(/\\(.)|(\/?):(\w+)(?:\([^()]*\))?(\?)?|\*(\w*)/g, (_, escaped?: string, slash?: string, name?: string, optional?: string, star?: string) => {
      if (escaped !== undefined) return escaped;
      if (name === undefined) return valueOf(star || String(stars++));
      return optional !== undefined && params[name] === undefined ? '' : `${slash}${valueOf(name)}`;
    }); // prettier-ignore
  return missing ? undefined : normal(text);
}

/** Capitals and a slash at the end make no difference to Express. */
function normal(path: string): string {
  return path.toLowerCase().replace(/(?<=.)\/$/, '');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
