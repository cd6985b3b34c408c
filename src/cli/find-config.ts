import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { AuditError } from '../event/errors.js';

/** The configuration file, and who named it; or that there is none, and where it was looked for. */
export type FoundConfig =
  | { readonly file: string; readonly namedBy: string | undefined; readonly lookedAt?: undefined }
  | { readonly file?: undefined; readonly lookedAt: string };

const CONFIG_FILES = ['audit.config.ts', 'audit.config.mts', 'audit.config.mjs', 'audit.config.js'];
const VARIABLE = 'AUDIT_CONFIG';
const MANIFEST = 'package.json';
const KEY = 'nestjs-prisma-audit';

/**
 * Where the configuration is: `--config`, else what package.json of this folder says, else the variable, else a file of the usual
 * name in this folder. One that is named and not there is a mistake: going on without it would tell what it hides.
 * @throws AuditError `AUDIT_CONFIG_INVALID`
 */
export function findConfig(option: string | undefined): FoundConfig {
  if (option !== undefined) return named(option, '--config');
  const inManifest = readManifest();
  if (inManifest !== undefined) return named(inManifest, MANIFEST);
  const variable = process.env[VARIABLE];
  if (variable !== undefined) return named(variable, VARIABLE);
  const file = CONFIG_FILES.find((name) => existsSync(name));
  if (file !== undefined) return { file, namedBy: undefined };
  return {
    lookedAt: `--config, "${KEY}" in ${MANIFEST}, ${VARIABLE}, and audit.config.ts, .mts, .mjs and .js in ${process.cwd()}`,
  };
}

function named(file: string, namedBy: string): FoundConfig {
  if (file.trim() === '') throw invalid(`${namedBy} names no configuration file: it is empty`);
  const path = resolve(file);
  if (!existsSync(path)) throw invalid(`there is no file ${path}, which ${namedBy} names`);
  if (!statSync(path).isFile()) throw invalid(`${path}, which ${namedBy} names, is not a file`);
  return { file, namedBy };
}

/** `"nestjs-prisma-audit": { "config": "src/audit.config.ts" }` */
function readManifest(): string | undefined {
  if (!existsSync(MANIFEST)) return undefined;
  const settings = valueOf(parsed(readFileSync(MANIFEST, 'utf8')), KEY);
  if (settings === undefined) return undefined;
  const example = `"${KEY}" in ${MANIFEST} is { "config": "src/audit.config.ts" }`;
  const config = valueOf(settings, 'config');
  if (typeof config !== 'string') throw invalid(`${example}; there it has no "config" that is text`);
  const unknown = Object.keys(Object(settings) as object).filter((name) => name !== 'config');
  if (unknown.length > 0) throw invalid(`${example}; there is no setting ${unknown.join(', ')}`);
  return config;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch {
    throw invalid(`${resolve(MANIFEST)} is not JSON, so nobody knows whether it names a configuration: pass --config FILE`); // prettier-ignore
  }
}

function valueOf(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Record<string, unknown>)[name]; // it has it
}

const invalid = (message: string): AuditError => new AuditError('AUDIT_CONFIG_INVALID', message);
